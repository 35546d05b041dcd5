import { createLogger, noTracing } from "@scoreline/telemetry";
import { expect, test, vi } from "vitest";
import { type Listening, type Runtime, runWorker, startUp, type Worker } from "./lifecycle.ts";

/** A runtime that writes down what is asked of it, in order. */
function recorded(over: Partial<Listening> = {}) {
  const calls: string[] = [];
  let send = (_signal: string) => {};
  let fail = (_error: unknown) => {};
  let ended = (_code: number) => {};
  const exited = new Promise<number>((resolve) => {
    ended = resolve;
  });
  const runtime: Runtime = {
    env: {},
    measurable: false,
    sha256: () => new Uint8Array(),
    openTracing: () => noTracing,
    onDefect: (listener) => {
      fail = listener;
    },
    serve: async (_fetch, host, port) => {
      calls.push(`serve ${host}:${port}`);
      return { port, stop: async () => void calls.push("stop"), force: () => void calls.push("force"), ...over };
    },
    onSignal: (listener) => {
      send = listener;
    },
    exit: ended,
  };
  return { runtime, calls, exited, signal: () => send("SIGTERM"), fail: (error: unknown) => fail(error) };
}

const worker = (calls: string[], over: Partial<Worker> = {}): Worker => ({
  name: "test",
  fetch: () => new Response(),
  host: "127.0.0.1",
  port: 1,
  log: createLogger("test", "silent"),
  shutdownMsMax: 1_000,
  unready: async () => [],
  close: async () => void calls.push("close"),
  ...over,
});

test("told to stop, it finishes its requests, then lets its connections go, then ends with 0", async () => {
  const { runtime, calls, exited, signal } = recorded();
  await runWorker(runtime, worker(calls));
  signal();
  expect(await exited).toBe(0);
  expect(calls).toEqual(["serve 127.0.0.1:1", "stop", "close"]);
});

test("requests that do not end are ended after the bound", async () => {
  let released = () => {};
  const stop = () =>
    new Promise<void>((resolve) => {
      released = resolve;
    });
  const { runtime, calls, exited, signal } = recorded({ stop, force: () => released() });
  await runWorker(runtime, worker(calls, { shutdownMsMax: 10 }));
  signal();
  expect(await exited).toBe(0);
  expect(calls).toContain("close");
});

test("a second signal ends it at once with 1", async () => {
  const { runtime, calls, exited, signal } = recorded({ stop: () => new Promise(() => {}) });
  await runWorker(runtime, worker(calls));
  signal();
  signal();
  expect(await exited).toBe(1);
});

test("it serves before what it needs is there, and asks until it is", async () => {
  const { runtime, calls } = recorded();
  let asked = 0;
  const unready = async () => {
    asked += 1;
    expect(calls).toEqual(["serve 127.0.0.1:1"]);
    return asked < 2 ? ["kafka"] : [];
  };
  await runWorker(runtime, worker(calls, { unready }));
  expect(asked).toBe(2);
});

test("a start that fails ends the process with 1", async () => {
  const { runtime, exited } = recorded();
  await startUp(runtime, () => Promise.reject(new Error("told on standard error by the test of a failed start")));
  expect(await exited).toBe(1);
});

test("a defect ends it, told without what the error holds", async () => {
  const lines: unknown[] = [];
  const said = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  try {
    const { runtime, calls, exited, fail } = recorded();
    await runWorker(runtime, worker(calls, { log: createLogger("test") }));
    fail(Object.assign(new Error("Key (application_id)=(A-1)"), { code: "23505", detail: "A-1", constraint: "pkey" }));
    expect(await exited).toBe(1);
    expect(lines.join()).toContain("Error 23505 (constraint pkey)");
    expect(lines.join()).not.toContain("A-1");
  } finally {
    said.mockRestore();
  }
});
