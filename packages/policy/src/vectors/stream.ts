import type { Random } from "./random.ts";

/** Where an event stands, and whose it is. */
export type Place = {
  readonly user: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly tMs: number;
};

const startMs = 1_700_000_000_000;
/** A window is over one partition of one topic. */
const partitions = [
  { topic: "vectors", partition: 0 },
  { topic: "vectors", partition: 1 },
  { topic: "other-vectors", partition: 0 },
];
/** A dictionary would take two of them for one. */
const users = ["u1", "U1", "u-1"];
/** How far back an edge is looked for. */
const recentMax = 200;

/** One partition: offsets with gaps, as repeats and bad records leave them, and a time that never falls. */
class Partition {
  tMs = startMs;
  offset = 0;
  readonly recent: { user: string; tMs: number }[] = [];
}

/**
 * Places of events in streams that try the edges of windows: ties, an event exactly at t - w and a millisecond beside it,
 * gaps in offsets, few users so that windows fill.
 */
export class Streams {
  readonly #windowsMs: readonly number[];
  readonly #states = new Map(partitions.map((place) => [place, new Partition()]));

  constructor(windowsMs: readonly number[]) {
    this.#windowsMs = windowsMs;
  }

  next(random: Random): Place {
    const place = random.pick(partitions);
    const partition = this.#states.get(place) as Partition;
    const user = random.pick(users);
    partition.tMs = this.#timeFor(user, partition, random);
    partition.offset += random.chance(0.1) ? random.integer(2, 9) : 1;
    partition.recent.push({ user, tMs: partition.tMs });
    if (partition.recent.length > recentMax) partition.recent.shift();
    return { user, ...place, offset: partition.offset, tMs: partition.tMs };
  }

  #timeFor(user: string, { tMs, recent }: Partition, random: Random): number {
    if (random.chance(0.35)) return tMs;
    if (this.#windowsMs.length === 0 || random.chance(0.25)) return tMs + random.integer(1, 5);
    const windowMs = random.pick(this.#windowsMs);
    if (random.chance(0.2)) return tMs + random.integer(0, Math.ceil(windowMs / 8));
    // Where an earlier event of the same user leaves a window: just before, exactly then, just after.
    const edges = recent
      .filter((event) => event.user === user)
      .map((event) => event.tMs + windowMs + random.integer(-1, 1))
      .filter((edgeMs) => edgeMs >= tMs);
    return edges.length === 0 ? tMs + random.integer(1, 5) : Math.min(...edges);
  }
}
