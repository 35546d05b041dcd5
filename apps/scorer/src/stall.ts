import type { PartitionRef } from "@scoreline/kafka/librdkafka";
import type { Observer } from "./observer.ts";

/** How long a partition may stand still before the process is taken for stalled. A wait for a sink is told more often. */
const stallMsMax = 60_000;

/** How a partition stands: records that are not decided yet, and a number that rises with all that is done. */
export type Standing = PartitionRef & { lag: bigint; progress: bigint };

type Watched = { progress: bigint; aliveAtMs: number; behind: boolean };

/**
 * Finds partitions that stand still for no reason: there are records to decide, nothing waits (for a sink that is away or
 * for a policy), and nothing was done for a minute. A restart mends that, and does not mend a sink; so a declared wait is
 * a matter of readiness, and only a stall one of liveness. Times are milliseconds of any steady clock.
 */
export class StallDetector {
  #watched = new Map<string, Watched>();
  readonly #waiting = new Set<string>();

  /** A look at all partitions that are held. One that is not among them is forgotten. */
  look(standings: readonly Standing[], nowMs: number): void {
    const watched = standings.map((standing): [string, Watched] => {
      const key = keyOf(standing);
      const before = this.#watched.get(key);
      const still = before?.behind && before.progress === standing.progress;
      const aliveAtMs = still ? before.aliveAtMs : nowMs;
      return [key, { progress: standing.progress, aliveAtMs, behind: standing.lag > 0n }];
    });
    this.#watched = new Map(watched);
  }

  /** Something was heard of a partition: work that was done, or a sink that does not answer. */
  heard(place: PartitionRef, nowMs: number): void {
    const watched = this.#watched.get(keyOf(place));
    if (watched) watched.aliveAtMs = nowMs;
  }

  /** A partition begins or ends to wait for a policy. */
  waits(place: PartitionRef, waiting: boolean, nowMs: number): void {
    if (waiting) this.#waiting.add(keyOf(place));
    else if (this.#waiting.delete(keyOf(place))) this.heard(place, nowMs);
  }

  /** The partitions that stand still, as `topic/partition`. */
  stalled(nowMs: number): string[] {
    return [...this.#watched]
      .filter(([key, { behind, aliveAtMs }]) => behind && !this.#waiting.has(key) && nowMs - aliveAtMs > stallMsMax)
      .map(([key]) => key);
  }
}

function keyOf({ topic, partition }: PartitionRef): string {
  return `${topic}/${partition}`;
}

/** The observer, with a detector that hears what it is told. */
export function heardBy<Told extends Observer>(observer: Told, stalls: StallDetector): Told {
  const now = () => performance.now();
  return {
    ...observer,
    settled(place, drafts, settlement, outcomeOf) {
      stalls.heard(place, now());
      observer.settled(place, drafts, settlement, outcomeOf);
    },
    retrying(place, sink, error) {
      stalls.heard(place, now());
      observer.retrying(place, sink, error);
    },
    waiting(place, why) {
      stalls.waits(place, why !== undefined, now());
      observer.waiting(place, why);
    },
    rebuilding(place) {
      stalls.heard(place, now());
      observer.rebuilding(place);
    },
  };
}
