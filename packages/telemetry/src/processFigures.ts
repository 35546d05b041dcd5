import { Gauge, type Registry } from "prom-client";

/** What a runtime other than Node tells of its process. */
export type ProcessFigures = {
  /** Bytes: resident memory, and what is used of the JavaScript heap. */
  memory: () => { rss: number; heapUsed: number };
  /** Epoch milliseconds. */
  startedAtMs: number;
};

/** Adds a process' figures under prom-client's own names and words for Node, so that one dashboard serves every runtime. */
export function registerProcess(registry: Registry, { memory, startedAtMs }: ProcessFigures): void {
  const registers = [registry];
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers,
    collect() {
      this.set(memory().rss);
    },
  });
  new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "Process heap size used from Node.js in bytes.",
    registers,
    collect() {
      this.set(memory().heapUsed);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    registers,
  }).set(Math.round(startedAtMs / 1_000));
}
