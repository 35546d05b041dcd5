import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { ConsumerConfig, RebalanceEvent } from "../src/librdkafka/index.ts";
import { soonAsking, startLeavingBroker } from "./leavingBroker.ts";
import { answerRebalances, append, connection, newConsumer, newTopic, pollUntil } from "./support.ts";

/** A consumer of a topic, by a broker that can leave. */
async function startConsumer(topic: string, config: Partial<ConsumerConfig> = {}) {
  const broker = await startLeavingBroker(connection().brokers);
  const consumer = await newConsumer(randomUUID(), { brokers: broker.brokers, properties: soonAsking, ...config });
  onTestFinished(async () => {
    await consumer.close();
    broker.close();
  });
  consumer.subscribe([topic]);
  return { broker, consumer };
}

for (const [member, config] of [
  ["member", {}],
  ["static member", { groupInstanceId: randomUUID() }],
] as const) {
  test(`a ${member} that was told of no broker at all, by one that shuts down, reads on once it is back`, async () => {
    const topic = await newTopic(2);
    const { broker, consumer } = await startConsumer(topic, config);
    const events: string[] = [];
    const offsets = new Map([0, 1].map((partition) => [partition, 0n]));
    let read = 0;
    const collect = (until: number) =>
      pollUntil(consumer, ({ records }) => {
        for (const { partition, offset } of records) offsets.set(partition, offset + 1n);
        read += records.length;
        for (const { kind, partitions } of consumer.takeRebalances()) {
          events.push(`${kind} ${partitions.length}`);
          if (kind !== "assigned") consumer.unassign(partitions);
          else consumer.assign(partitions.map((ref) => ({ ...ref, offset: offsets.get(ref.partition) ?? 0n })));
        }
        return read >= until;
      });
    for (let round = 1; round <= 3; round += 1) {
      await append(topic, 100);
      await collect(round * 100);
      await broker.leave();
    }
    await append(topic, 100);
    await collect(400);
    expect(read).toBe(400);
    const again = ["lost 2", "assigned 2"];
    expect(events).toEqual(["assigned 2", ...again, ...again, ...again]);
  });
}

for (const after of ["lost", "assigned"] as const) {
  test(`an assignment that is answered only once a later ${after} event was taken changes nothing`, async () => {
    const topic = await newTopic(1);
    await append(topic, 10);
    const { broker, consumer } = await startConsumer(topic);
    const events: RebalanceEvent[] = [];
    const take = () => events.push(...consumer.takeRebalances());
    await pollUntil(consumer, () => take() === 1);
    const [first] = events.splice(0);
    await broker.leave();
    await pollUntil(consumer, () => take() > 0 && events.at(-1)?.kind === after);
    consumer.assign([{ topic, partition: 0, offset: 5n }]);
    consumer.pause([{ topic, partition: 0 }]);
    consumer.resume([{ topic, partition: 0 }]);
    for (const { partitions } of events.splice(0, 1)) consumer.unassign(partitions);
    const offsets: bigint[] = [];
    await pollUntil(consumer, ({ records }) => {
      offsets.push(...records.map(({ offset }) => offset));
      take();
      for (const { partitions } of events.splice(0)) consumer.assign(partitions.map((ref) => ({ ...ref, offset: 0n })));
      return offsets.length >= 10;
    });
    expect(first).toEqual({ kind: "assigned", partitions: [{ topic, partition: 0 }] });
    expect(offsets).toEqual(Array.from({ length: 10 }, (_, i) => BigInt(i)));
  });
}

test("a consumer whose broker is lost and stays away gives nothing, refuses nothing, and closes", async () => {
  const topic = await newTopic(2);
  // The group's own loss, at the end of the session, would come too late.
  const { broker, consumer } = await startConsumer(topic, { sessionTimeoutMs: 60_000 });
  await pollUntil(consumer, () => answerRebalances(consumer).length > 0);
  await broker.leave();
  broker.close();
  const told: string[] = [];
  await pollUntil(consumer, () => told.push(...answerRebalances(consumer)) > 0);
  const ref = { topic, partition: 0 };
  consumer.assign([{ ...ref, offset: 0n }]);
  consumer.assign([]);
  consumer.unassign([ref]);
  consumer.pause([ref]);
  consumer.resume([ref]);
  await expect(consumer.watermarks(topic, 0)).rejects.toThrow(`The offsets of ${topic}/0 are not known`);
  expect(await consumer.poll(100, 100)).toEqual({ records: [], errors: [] });
  expect(told).toEqual(["lost 2"]);
  await consumer.close();
  expect(consumer.takeRebalances()).toEqual([]);
});

test("a consumer closes that has lost its broker and does not know it yet", async () => {
  const topic = await newTopic(2);
  const { broker, consumer } = await startConsumer(topic);
  await pollUntil(consumer, () => answerRebalances(consumer).length > 0);
  await broker.leave();
  await consumer.close();
  expect(consumer.takeRebalances()).toEqual([]);
});
