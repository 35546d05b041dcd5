// Plain JavaScript with types in comments: setup.mjs loads this before any dependency is installed.
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { identify, isAlive } from "./identity.mjs";

const pollMs = 50;

/**
 * @typedef {object} LockOptions
 * @property {number} [waitMsMax] how long to wait for the holder; 30 minutes unless told
 * @property {(holderPid: number) => void} [onWait] called once when the lock is held by another
 */

/**
 * Holds the lock `dir` while `work` runs: across processes, in order of arrival, and free again at once when its holder
 * dies, however it dies.
 *
 * Lamport's bakery ("A New Solution of Dijkstra's Concurrent Programming Problem", 1974) on a directory: each contender
 * has one file whose name is its ticket and its process identity. Nobody ever deletes a name that could belong to a
 * living process, so breaking a stale lock has no race, as it has with one lock file that two waiters judge stale.
 * @template T
 * @param {string} dir
 * @param {() => Promise<T> | T} work
 * @param {LockOptions} [options]
 * @returns {Promise<T>}
 */
export async function withLock(dir, work, options = {}) {
  const waitMsMax = options.waitMsMax ?? 30 * 60_000;
  mkdirSync(dir, { recursive: true });
  const me = identify(process.pid);
  if (me === undefined) throw new Error("cannot read this process's own start time");
  const name = [me.pid, me.started, me.boot, randomBytes(6).toString("hex")].join("~");
  const choosing = join(dir, `choosing~${name}`);
  writeFileSync(choosing, "");
  const ticket = 1 + Math.max(0, ...contenders(dir).map((contender) => contender.ticket));
  const mine = `${String(ticket).padStart(9, "0")}~${name}`;
  writeFileSync(join(dir, mine), "");
  rmSync(choosing);
  try {
    await myTurn(dir, mine, waitMsMax, options.onWait);
    return await work();
  } finally {
    rmSync(join(dir, mine), { force: true });
  }
}

/**
 * @param {string} dir
 * @param {string} mine
 * @param {number} waitMsMax
 * @param {((holderPid: number) => void) | undefined} onWait
 */
async function myTurn(dir, mine, waitMsMax, onWait) {
  const deadline = Date.now() + waitMsMax;
  let told = false;
  for (;;) {
    const ahead = contenders(dir)
      .filter((contender) => contender.choosing || contender.file < mine)
      .sort((a, b) => (a.file < b.file ? -1 : 1))[0];
    if (ahead === undefined) return;
    if (Date.now() > deadline)
      throw new Error(`the lock ${dir} was not free within ${waitMsMax} ms (process ${ahead.pid})`);
    if (!told && !ahead.choosing) {
      told = true;
      onWait?.(ahead.pid);
    }
    await pause(pollMs);
  }
}

/**
 * The living contenders; the files of dead ones are removed on the way.
 * @param {string} dir
 */
function contenders(dir) {
  const living = [];
  for (const file of readdirSync(dir)) {
    const [head = "", pid = "", started = "", boot = ""] = file.split("~");
    if (boot === "") continue;
    if (isAlive({ pid: Number(pid), started, boot })) {
      living.push({
        file,
        pid: Number(pid),
        choosing: head === "choosing",
        ticket: head === "choosing" ? 0 : Number(head),
      });
    } else {
      rmSync(join(dir, file), { force: true });
    }
  }
  return living;
}
