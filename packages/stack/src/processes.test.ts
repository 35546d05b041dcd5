import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { identify, isAlive, parseStat } from "./identity.mjs";

test("a command name with spaces and brackets does not shift the fields", () => {
  const stat = `12 (a) b (c)) S 7 12${" 0".repeat(16)} 4711 0`;
  expect(parseStat(stat)).toEqual({ ended: false, ppid: 7, pgrp: 12, started: "4711" });
});

test("a process is itself, and one with another start time is not", () => {
  const me = identify(process.pid);
  if (me === undefined) throw new Error("this process was not found");
  expect(isAlive(me)).toBe(true);
  expect(isAlive({ ...me, started: "1" })).toBe(false);
  expect(isAlive({ ...me, boot: "another" })).toBe(false);
});

test.runIf(process.platform === "linux")(
  "a process whose first thread has ended and whose others run is alive",
  async () => {
    const script = `
import ctypes, threading, time
threading.Thread(target=lambda: (print("on", flush=True), time.sleep(60))).start()
ctypes.CDLL(None).pthread_exit(None)`;
    const child = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z ");
    expect(identify(pid)).toBeDefined();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(identify(pid)).toBeUndefined();
  },
);
