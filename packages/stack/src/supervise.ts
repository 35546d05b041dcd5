import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Home } from "./home.ts";
import { withLock } from "./lock.mjs";
import { endFamily, isAlive } from "./processes.ts";
import { readLeader, readRecord, recordFiles, recordNames, removeRecord, writeRecord } from "./records.ts";
import { type OnStackEvent, type ServiceDefinition, ServiceFailed, serviceDefaults } from "./service.ts";

const logBytesMax = 16 * 1024 * 1024;
const attemptMsMax = 10_000;
const healthCheckMsMax = 5_000;
const lastLinesMax = 15;

const silent: OnStackEvent = () => {};

/** The log a service's output is added to. */
export const logFileOf = (home: Home, name: string): string => join(home.logsDir, `${name}.log`);

/** The pid of the service's leading process; undefined when it does not run, whatever a record says. */
export function pidOf(home: Home, name: string): number | undefined {
  const leader = readLeader(home, name);
  return leader !== undefined && isAlive(leader) ? leader.pid : undefined;
}

/** One attempt at readiness, bounded. Rejects with the reason. */
export async function attempt(definition: ServiceDefinition, msMax = attemptMsMax): Promise<void> {
  const bound = new AbortController();
  const late = pause(msMax, undefined, { signal: bound.signal }).then(() => {
    throw new Error(`no answer within ${msMax} ms`);
  });
  try {
    await Promise.race([definition.ready(), late]);
  } finally {
    bound.abort();
    late.catch(() => {});
  }
}

/**
 * Brings a service to health: nothing when it is healthy, a start when it is not there, a restart when it runs and does
 * not answer. The process outlives this one. Resolves when it is ready; throws `ServiceFailed`, with the process ended.
 */
export async function startService(
  home: Home,
  definition: ServiceDefinition,
  on: OnStackEvent = silent,
): Promise<{ pid: number; started: boolean }> {
  mkdirSync(home.logsDir, { recursive: true });
  return withServiceLock(home, definition.name, on, async () => {
    const pid = pidOf(home, definition.name);
    if (pid !== undefined) {
      const failure = await failureOf(definition);
      if (failure === undefined) {
        on({ type: "already-healthy", service: definition.name, pid });
        return { pid, started: false };
      }
      on({ type: "restarting", service: definition.name, reason: failure });
    }
    // Also for a crashed one: children of it may be left.
    await stopRecorded(home, definition.name, silent);
    const since = Date.now();
    on({ type: "starting", service: definition.name });
    await definition.prepare?.();
    const started = await launch(home, definition);
    on({ type: "ready", service: definition.name, pid: started, tookMs: Date.now() - since });
    return { pid: started, started: true };
  });
}

/** Why the service is not ready, undefined when it is. */
export async function failureOf(definition: ServiceDefinition): Promise<string | undefined> {
  try {
    await attempt(definition, healthCheckMsMax);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Ends the service and all its processes; nothing when it does not run. */
export function stopService(home: Home, name: string, on: OnStackEvent = silent): Promise<void> {
  return withServiceLock(home, name, on, () => stopRecorded(home, name, on));
}

/** Stops the service and starts it anew. */
export async function restartService(home: Home, definition: ServiceDefinition, on: OnStackEvent = silent) {
  await stopService(home, definition.name, on);
  return startService(home, definition, on);
}

/** Stops every recorded service, those first on which no other depends. Gives the names of those that ran. */
export async function stopAll(home: Home, on: OnStackEvent = silent): Promise<string[]> {
  let left = recordNames(home);
  const ran = left.filter((name) => pidOf(home, name) !== undefined);
  while (left.length > 0) {
    const needed = new Set(left.flatMap((name) => readRecord(home, name)?.dependsOn ?? []));
    const free = left.filter((name) => !needed.has(name));
    const now = free.length > 0 ? free : left;
    await Promise.all(now.map((name) => stopService(home, name, on)));
    left = left.filter((name) => !now.includes(name));
  }
  return ran;
}

function withServiceLock<T>(home: Home, name: string, on: OnStackEvent, work: () => Promise<T>): Promise<T> {
  return withLock(join(home.locksDir, `service-${name}`), work, {
    onWait: (holderPid) => on({ type: "waiting", holderPid }),
  });
}

async function stopRecorded(home: Home, name: string, on: OnStackEvent): Promise<void> {
  const leader = readLeader(home, name);
  const record = readRecord(home, name);
  if (leader !== undefined) {
    const since = Date.now();
    const ran = isAlive(leader);
    if (ran) on({ type: "stopping", service: name });
    const waitMsMax = record?.stopTimeoutMsMax ?? serviceDefaults.stopTimeoutMsMax;
    const killed = await endFamily(leader, record?.stopSignal ?? serviceDefaults.stopSignal, waitMsMax);
    if (ran) on({ type: "stopped", service: name, tookMs: Date.now() - since, killed });
  }
  removeRecord(home, name);
}

/**
 * The child writes its own pid, start time and boot before it becomes the service, so that there is no moment at which
 * it runs unrecorded, even if this process dies between fork and record.
 */
const recordThenExec = `( umask 077; { echo "$$"
if [ -r /proc/$$/stat ]; then cat /proc/$$/stat /proc/sys/kernel/random/boot_id
else LC_ALL=C ps -o lstart= -p $$; sysctl -n kern.bootsessionuuid; fi; } >"$0.new" && mv "$0.new" "$0" ) && exec "$@"`;

async function launch(home: Home, definition: ServiceDefinition): Promise<number> {
  const { name } = definition;
  const logFile = logFileOf(home, name);
  if (existsSync(logFile) && statSync(logFile).size > logBytesMax) renameSync(logFile, `${logFile}.1`);
  writeRecord(home, definition);
  const log = openSync(logFile, "a", 0o600);
  const from = statSync(logFile).size;
  const { leaderFile } = recordFiles(home, name);
  rmSync(leaderFile, { force: true });
  const child = spawn("/bin/sh", ["-c", recordThenExec, leaderFile, definition.command, ...definition.args], {
    cwd: definition.cwd ?? home.dir,
    env: { ...process.env, ...definition.env },
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`} before it was ready`));
  });
  try {
    await untilReady(definition, ended);
    await definition.afterReady?.();
  } catch (error) {
    await stopRecorded(home, name, silent);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceFailed(name, logFile, reason, lastLines(logFile, from), error);
  }
  return pidOf(home, name) ?? child.pid ?? 0;
}

async function untilReady(definition: ServiceDefinition, ended: Promise<string>): Promise<void> {
  const msMax = definition.readyTimeoutMsMax ?? serviceDefaults.readyTimeoutMsMax;
  const deadline = Date.now() + msMax;
  let over: string | undefined;
  const end = ended.then((reason) => {
    over = reason;
  });
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 1.5, 1_000)) {
    let failure: unknown;
    const tried = attempt(definition).catch((error: unknown) => {
      failure = error;
    });
    await Promise.race([tried, end]);
    if (over !== undefined) throw new Error(over);
    if (failure === undefined) return;
    if (Date.now() > deadline)
      throw new Error(`not ready within ${msMax} ms: ${failure instanceof Error ? failure.message : failure}`);
    await Promise.race([pause(waitMs), end]);
  }
}

function lastLines(logFile: string, from: number): string {
  const said = readFileSync(logFile).subarray(from).toString();
  return said.trim().split("\n").slice(-lastLinesMax).join("\n");
}
