import { codes } from "./connection.ts";
import type { ConsumerFault } from "./consumer.ts";
import { nameOf, type PartitionRef } from "./partitionRef.ts";
import type { Statistics } from "./statistics.ts";

/**
 * Finds assigned partitions that the client has stopped fetching, from its statistics.
 * The addon drops a partition's error when it meets it behind other records of the same `consume(n)`, and gives it
 * without its partition otherwise; with `auto.offset.reset=error` such a partition would stand still in silence.
 */
export class StallWatch {
  /** Reports in a row that showed the partition stopped, by `topic/partition`. */
  readonly #stopped = new Map<string, number>();
  #faults: ConsumerFault[] = [];

  watch(partitions: PartitionRef[]): void {
    for (const partition of partitions) this.#stopped.set(nameOf(partition), 0);
  }

  forget(partitions: PartitionRef[]): void {
    for (const partition of partitions) this.#stopped.delete(nameOf(partition));
    this.#faults = this.#faults.filter((fault) => this.#stopped.has(nameOf(fault as PartitionRef)));
  }

  /** Takes one report. Two in a row must agree, since a partition passes through `none` when assigned. */
  observe({ topics = {} }: Statistics): void {
    for (const [name, seen] of this.#stopped) {
      const slash = name.lastIndexOf("/");
      const topic = name.slice(0, slash);
      const partition = Number(name.slice(slash + 1));
      const state = topics[topic]?.partitions?.[partition];
      const isStopped = state?.fetch_state === "none" || state?.fetch_state === "stopped";
      this.#stopped.set(name, isStopped ? seen + 1 : 0);
      if (!isStopped || seen !== 1) continue;
      const message =
        `Fetching of ${name} has stopped: its next offset is not on the topic ` +
        `(last offset taken ${state.app_offset}, log from ${state.lo_offset} to ${state.hi_offset}).`;
      this.#faults.push({ topic, partition, code: codes.autoOffsetReset, message });
    }
  }

  take(): ConsumerFault[] {
    return this.#faults.splice(0);
  }
}
