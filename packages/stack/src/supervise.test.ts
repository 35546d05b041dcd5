import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Home, loadHome, makeHome } from "./home.ts";
import { bootId } from "./identity.mjs";
import { familyOf, identify } from "./processes.ts";
import { readLeader, recordFiles } from "./records.ts";
import { type ServiceDefinition, ServiceFailed, type StackEvent } from "./service.ts";
import { logFileOf, pidOf, restartService, startService, stopAll, stopService } from "./supervise.ts";

let home: Home;
beforeEach(() => {
  home = loadHome(mkdtempSync(join(tmpdir(), "scoreline-supervise-")));
  makeHome(home);
});
afterEach(async () => {
  await stopAll(home);
  rmSync(home.dir, { recursive: true, force: true });
});

/** A service that is ready when it has written its pid into a file; `body` is further shell. */
function service(name: string, body = "", more: Partial<ServiceDefinition> = {}): ServiceDefinition {
  const sign = join(home.dir, `${name}.sign`);
  return {
    name,
    command: "/bin/sh",
    args: ["-c", `echo hello from ${name}; echo $$ > ${sign}; ${body} while :; do sleep 0.05; done`],
    ready: async () => {
      if (readFileSync(sign, "utf8").trim() !== String(pidOf(home, name))) throw new Error("another one's sign");
    },
    ...more,
  };
}

async function gone(pid: number) {
  for (const deadline = Date.now() + 3_000; identify(pid) !== undefined; await pause(10)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
  }
}

test("a started service runs on its own, is known by its pid, and a second start leaves it alone", async () => {
  const first = await startService(home, service("a"));
  expect(first).toEqual({ pid: pidOf(home, "a"), started: true });
  expect(await startService(home, service("a"))).toEqual({ pid: first.pid, started: false });
  expect(readFileSync(logFileOf(home, "a"), "utf8")).toBe("hello from a\n");
});

test("two starts at once make one process", async () => {
  const [one, two] = await Promise.all([startService(home, service("a")), startService(home, service("a"))]);
  expect(one?.pid).toBe(two?.pid);
  expect([one?.started, two?.started].sort()).toEqual([false, true]);
});

test("a crashed service is started anew", async () => {
  const { pid } = await startService(home, service("a"));
  process.kill(pid, "SIGKILL");
  await gone(pid);
  expect(pidOf(home, "a")).toBeUndefined();
  const again = await startService(home, service("a"));
  expect(again.started).toBe(true);
  expect(again.pid).not.toBe(pid);
});

test("a service that runs and does not answer is restarted", async () => {
  const { pid } = await startService(home, service("a"));
  writeFileSync(join(home.dir, "a.sign"), "broken");
  const events: StackEvent[] = [];
  const again = await startService(home, service("a"), (event) => events.push(event));
  expect(again.pid).not.toBe(pid);
  expect(events.map(({ type }) => type)).toEqual(["restarting", "starting", "ready"]);
});

test("a restart gives a new process and ends the old one", async () => {
  const { pid } = await startService(home, service("a"));
  const again = await restartService(home, service("a"));
  expect(again.pid).not.toBe(pid);
  expect(identify(pid)).toBeUndefined();
});

test("stopping ends the whole process group, children that left it too", async () => {
  const body = `sleep 300 & setsid sleep 301 & echo $! > ${home.dir}/left;`;
  const { pid } = await startService(home, service("a", body));
  const leader = readLeader(home, "a");
  if (leader === undefined) throw new Error("no record");
  const family = familyOf(leader);
  expect(family.length).toBeGreaterThanOrEqual(3);
  expect(family.map((one) => one.pid)).toContain(Number(readFileSync(join(home.dir, "left"), "utf8")));
  await stopService(home, "a");
  for (const one of family) expect(identify(one.pid)?.started).not.toBe(one.started);
  expect(pidOf(home, "a")).toBeUndefined();
  expect(identify(pid)).toBeUndefined();
});

test("a service that does not heed its signal is killed after its bound", async () => {
  await startService(home, service("a", "trap '' TERM;", { stopTimeoutMsMax: 200 }));
  const events: StackEvent[] = [];
  await stopService(home, "a", (event) => events.push(event));
  expect(events.at(-1)).toMatchObject({ type: "stopped", killed: true });
});

test("children of a crashed service are ended before it is started anew", async () => {
  const { pid } = await startService(home, service("a", `sleep 300 & echo $! > ${home.dir}/child;`));
  const child = Number(readFileSync(join(home.dir, "child"), "utf8"));
  process.kill(pid, "SIGKILL");
  await gone(pid);
  expect(identify(child)).toBeDefined();
  await startService(home, service("a"));
  expect(identify(child)).toBeUndefined();
});

test("a pid that another process has by now is neither taken for the service nor killed", async () => {
  const { leaderFile, recordFile } = recordFiles(home, "a");
  const stat = `${process.pid} (node) S 1 ${process.pid}${" 0".repeat(16)} 12345`;
  for (const [start, boot] of [
    [stat, bootId()],
    [readFileSync("/proc/self/stat", "utf8").trim(), "the-boot-before"],
  ]) {
    writeFileSync(recordFile, JSON.stringify({ dependsOn: [], stopSignal: "SIGKILL", stopTimeoutMsMax: 100 }));
    writeFileSync(leaderFile, `${process.pid}\n${start}\n${boot}\n`);
    expect(pidOf(home, "a")).toBeUndefined();
    await stopService(home, "a");
    expect(existsSync(leaderFile)).toBe(false);
  }
});

test("a service that ends at once fails with its reason, its log's path and last lines", async () => {
  const broken = { ...service("a"), args: ["-c", "echo line one; echo no such table >&2; exit 3"] };
  const failure = await startService(home, broken).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServiceFailed);
  expect((failure as Error).message).toBe(
    `a: ended with exit code 3 before it was ready; its log is ${logFileOf(home, "a")} and ends with:\nline one\nno such table`,
  );
});

test("a program that is not there fails by its name", async () => {
  await expect(startService(home, { ...service("a"), command: "no-such-program", args: [] })).rejects.toThrow(
    /exit code 127[\s\S]*no-such-program/,
  );
});

test("a service that is never ready is ended after its bound", async () => {
  const never = service("a", "", {
    readyTimeoutMsMax: 200,
    ready: () => Promise.reject(new Error("not yet")),
  });
  await expect(startService(home, never)).rejects.toThrow("not ready within 200 ms: not yet");
  expect(pidOf(home, "a")).toBeUndefined();
});

test("all are stopped, each before what it depends on", async () => {
  await startService(home, service("store"));
  await startService(home, service("app", "", { dependsOn: ["store"] }));
  const stopped: string[] = [];
  expect(await stopAll(home, (event) => event.type === "stopped" && stopped.push(event.service))).toEqual([
    "app",
    "store",
  ]);
  expect(stopped).toEqual(["app", "store"]);
  expect(await stopAll(home)).toEqual([]);
});
