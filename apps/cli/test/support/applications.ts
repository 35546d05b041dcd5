import { topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";

/** A small generator of numbers in [0, 1), the same on every run (Park and Miller's minimal standard). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Of each hundred records: two that repeat an earlier id, one that is not JSON, one that breaks the contract. */
export const shares = { repeated: 2, bad: 2, of: 100 } as const;

/**
 * Record `i` of a stream. A repeat has its original's key, so that both lie on one partition and the first of them is the
 * same in every run.
 */
function recordAt(i: number, random: () => number) {
  const kind = i % shares.of;
  const id = kind === 13 || kind === 63 ? i - 1 - Math.floor(random() * 5) : i;
  const application = {
    application_id: id,
    user_id: id % 500,
    credit_score: kind === 23 ? 200 : 300 + Math.floor(random() * 551),
    loan_amount: (100_000 + Math.floor(random() * 1_900_000)) / 100,
    timestamp: 1_700_000_000 + i,
  };
  const value = kind === 7 ? "{not json" : JSON.stringify(application);
  return { topic: topics.creditApplications.name, key: String(id % 500), value: Buffer.from(value) };
}

const batchSize = 5_000;

/** Appends records `[from, to)` of the stream that every run has; resolves when the broker has them all. */
export async function produceApplications(brokers: string, from: number, to: number): Promise<void> {
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  const random = seeded(42 + from);
  await producer.ready();
  for (let start = from; start < to; start += batchSize) {
    const size = Math.min(batchSize, to - start);
    const batch = Array.from({ length: size }, (_, index) => recordAt(start + index, random));
    await Promise.all(batch.map((record) => producer.send(record)));
  }
  await producer.close();
}
