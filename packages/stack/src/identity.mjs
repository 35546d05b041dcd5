// Plain JavaScript with types in comments: setup.mjs loads this before any dependency is installed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Which process a pid meant at the time of writing. A pid alone is reused; a pid with its start time is unique within
 * one boot, and the boot id tells one boot from the next (proc(5): /proc/[pid]/stat field 22, random/boot_id).
 * @typedef {{ pid: number, started: string, boot: string }} ProcessIdentity
 */

const hasProc = process.platform === "linux";
/** @type {string | undefined} */
let bootCache;

/** @returns {string} what tells this boot of the machine from every other one */
export function bootId() {
  bootCache ??= hasProc
    ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    : execFileSync("sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" }).trim();
  return bootCache;
}

/**
 * The fields of a /proc/[pid]/stat line that are used here. The command name may hold spaces and brackets, so fields are
 * counted from its last bracket.
 * @param {string} stat
 */
export function parseStat(stat) {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", ppid, pgrp] = fields;
  // The first thread of a dying process is a zombie while others still hold its files and ports (field 20: threads).
  const ended = state === "X" || (state === "Z" && Number(fields[17]) <= 1);
  return { ended, ppid: Number(ppid), pgrp: Number(pgrp), started: fields[19] ?? "" };
}

/**
 * The identity of a running process; undefined when there is none (a whole zombie counts as none: it holds nothing).
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identify(pid) {
  try {
    if (hasProc) {
      const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
      return stat.ended ? undefined : { pid, started: stat.started, boot: bootId() };
    }
    const [state, ...lstart] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? undefined : { pid, started: lstart.join("_"), boot: bootId() };
  } catch {
    return undefined;
  }
}

/**
 * Whether the very process that was identified still runs.
 * @param {ProcessIdentity} identity
 */
export function isAlive(identity) {
  const now = identify(identity.pid);
  return now !== undefined && now.started === identity.started && now.boot === identity.boot;
}
