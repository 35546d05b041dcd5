import type { Answer } from "./post.ts";

/** A record ready to be sent. Those of one `userId` are sent in their order. */
export type Outgoing = { line: string; userId: string };

/** The part of `Server` that lanes need. */
export type Sender = {
  deliver(lines: string[], onAnswer: (index: number, answer: Answer) => void): Promise<void>;
  stop(): void;
};

export type LaneLimits = { lanes: number; batchLinesMax: number };

export const laneLimitsDefault: LaneLimits = { lanes: 4, batchLinesMax: 500 };

type Source<Item> = AsyncIterable<Item> | Iterable<Item>;

/**
 * Sends all of `source` with one request in flight in each lane. A user keeps to one lane, so a repeat stays behind its
 * original, unless the server puts off single lines of a batch. A lane that has a full batch waiting holds `source` back. At a low rate each record leaves at
 * once; under load batches fill by themselves. Throws the first failure, after the other lanes have come to rest.
 */
export async function sendInLanes<Item extends Outgoing>(
  source: Source<Item>,
  sender: Sender,
  onAnswer: (item: Item, answer: Answer) => void,
  limits: LaneLimits = laneLimitsDefault,
): Promise<void> {
  const lanes = Array.from({ length: limits.lanes }, () => new Lane<Item>(limits.batchLinesMax));
  const failures: unknown[] = [];
  const stop = (failure: unknown) => {
    failures.push(failure);
    sender.stop();
    for (const lane of lanes) lane.close();
  };
  const running = lanes.map((lane) => drain(lane, sender, onAnswer).catch(stop));
  try {
    for await (const item of source) {
      if (failures.length > 0) break;
      await lanes[hash(item.userId) % lanes.length]?.put(item);
    }
  } catch (error) {
    failures.push(error);
  }
  for (const lane of lanes) lane.close();
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

async function drain<Item extends Outgoing>(
  lane: Lane<Item>,
  sender: Sender,
  onAnswer: (item: Item, answer: Answer) => void,
): Promise<void> {
  for (let batch = await lane.take(); batch.length > 0; batch = await lane.take()) {
    const items = batch;
    await sender.deliver(
      items.map(({ line }) => line),
      (index, answer) => {
        const item = items[index];
        if (item) onAnswer(item, answer);
      },
    );
  }
}

/** A bounded queue between one giver and one taker. */
class Lane<Item> {
  readonly #sizeMax: number;
  #items: Item[] = [];
  #closed = false;
  #wake: () => void = () => {};

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Waits while the lane is full. What is put into a closed lane is dropped. */
  async put(item: Item): Promise<void> {
    while (this.#items.length >= this.#sizeMax && !this.#closed) await this.#sleep();
    if (this.#closed) return;
    this.#items.push(item);
    this.#wake();
  }

  /** Everything that waits, or nothing at all once the lane is closed and empty. */
  async take(): Promise<Item[]> {
    while (this.#items.length === 0 && !this.#closed) await this.#sleep();
    const items = this.#items;
    this.#items = [];
    this.#wake();
    return items;
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  // The giver sleeps on a full lane and the taker on an empty one, so never both at once.
  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
