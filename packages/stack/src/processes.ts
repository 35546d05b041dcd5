import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { identify, isAlive, parseStat } from "./identity.mjs";

export { identify, isAlive };

/** Which process a pid meant when it was written down: pid, start time and boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
}

interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly pgrp: number;
}

const killWaitMsMax = 5_000;
/** What a leader leaves behind when it ends has this long to end too. */
const orphanMsMax = 1_000;
const pollMs = 25;

function listProcesses(): ListedProcess[] {
  if (process.platform !== "linux") {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat="], { encoding: "utf8" }).trim().split("\n");
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , stat]) => !stat?.startsWith("Z"))
      .map(([pid, ppid, pgrp]) => ({ pid: Number(pid), ppid: Number(ppid), pgrp: Number(pgrp) }));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const { ended, ppid, pgrp } = parseStat(readFileSync(`/proc/${name}/stat`, "utf8"));
        return ended ? [] : [{ pid: Number(name), ppid, pgrp }];
      } catch {
        return []; // It ended while the list was read.
      }
    });
}

/**
 * All living processes of a service: its leader, its process group, and the leader's descendants, which may have left
 * the group (each Postgres backend leads a session of its own).
 */
export function familyOf(leader: ProcessIdentity): ProcessIdentity[] {
  const now = identify(leader.pid);
  const leaderLives = isAlive(leader);
  // Another process has the pid, so the old group is empty: a pid is not reused while it names a group (credentials(7)).
  if (leader.boot !== (identify(process.pid)?.boot ?? "") || (now !== undefined && !leaderLives)) return [];
  const all = listProcesses();
  const family = new Set(all.filter((one) => one.pgrp === leader.pid).map((one) => one.pid));
  if (leaderLives) family.add(leader.pid);
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const one of all) if (family.has(one.ppid)) family.add(one.pid);
  }
  return [...family].map((pid) => identify(pid)).filter((one): one is ProcessIdentity => one !== undefined);
}

/**
 * Ends a family of processes: `signal` to the leader's group, and SIGKILL to all that is left when the leader has not
 * ended within `waitMsMax`, or its children not soon after it.
 * Resolves when none of them lives, with whether SIGKILL was needed.
 */
export async function endFamily(leader: ProcessIdentity, signal: NodeJS.Signals, waitMsMax: number): Promise<boolean> {
  const family = familyOf(leader);
  if (family.length === 0) return false;
  send(-leader.pid, signal);
  if (family.some((one) => one.pid === leader.pid)) await allGone([leader], waitMsMax);
  if (await allGone(family, orphanMsMax)) return false;
  for (const one of [...family, ...familyOf(leader)]) if (isAlive(one)) send(one.pid, "SIGKILL");
  if (!(await allGone(family, killWaitMsMax))) {
    throw new Error(`process ${leader.pid} or a child of it is still there ${killWaitMsMax} ms after SIGKILL`);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function allGone(family: readonly ProcessIdentity[], waitMsMax: number): Promise<boolean> {
  for (const deadline = Date.now() + waitMsMax; ; await pause(pollMs)) {
    if (!family.some((one) => isAlive(one))) return true;
    if (Date.now() > deadline) return false;
  }
}
