import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bootId, identify } from "./identity.mjs";
import { withLock } from "./lock.mjs";

const lockModule = new URL("./lock.mjs", import.meta.url).href;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "scoreline-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process that runs `body` with `withLock` and `lock` (the lock's directory) in scope. */
function other(body: string) {
  const script = `import { withLock } from "${lockModule}"; import fs from "node:fs"; const lock = ${JSON.stringify(join(dir, "lock"))};${body}`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

test("processes that hold the lock in turn lose no update", async () => {
  const counter = join(dir, "counter");
  writeFileSync(counter, "0");
  const body = `for (let i = 0; i < 10; i++) await withLock(lock, async () => {
    const n = Number(fs.readFileSync("${counter}", "utf8"));
    await new Promise((resolve) => setImmediate(resolve));
    fs.writeFileSync("${counter}", String(n + 1));
  });`;
  const workers = [other(body), other(body), other(body)];
  await Promise.all(workers.map((worker) => once(worker, "exit")));
  expect(readFileSync(counter, "utf8")).toBe("30");
});

test("a lock whose holder was killed is free at once", async () => {
  const holder = other(
    `await withLock(lock, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });`,
  );
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await expect(withLock(join(dir, "lock"), () => "mine", { waitMsMax: 1_000 })).resolves.toBe("mine");
});

test.each([
  ["the same pid, started at another time", `${process.pid}~1~${bootId()}`],
  ["the same pid and start time, before a reboot", `${process.pid}~${identify(process.pid)?.started}~another-boot`],
])("a ticket of a process that is gone does not hold the lock: %s", async (_, owner) => {
  const lock = join(dir, "lock");
  mkdirSync(lock);
  writeFileSync(join(lock, `000000001~${owner}~abcdef`), "");
  writeFileSync(join(lock, `choosing~${owner}~abcdef`), "");
  await withLock(lock, () => expect(readdirSync(lock)).toHaveLength(1), { waitMsMax: 1_000 });
});

test("a waiter says for whom it waits, once, and gives up after its bound", async () => {
  const lock = join(dir, "lock");
  const told: number[] = [];
  await withLock(lock, () =>
    expect(withLock(lock, () => {}, { waitMsMax: 200, onWait: (pid) => told.push(pid) })).rejects.toThrow(
      "within 200 ms",
    ),
  );
  expect(told).toEqual([process.pid]);
  expect(readdirSync(lock)).toEqual([]);
});

test("the lock is free again after a failure, and the failure is the caller's", async () => {
  const lock = join(dir, "lock");
  await expect(
    withLock(lock, () => {
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  await withLock(lock, () => {}, { waitMsMax: 0 });
});
