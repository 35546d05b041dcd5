import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type ConsumedRecord, type ConsumerFault, ensureTopics } from "../src/librdkafka/index.ts";
import { answerRebalances, append, connection, newConsumer, newTopic, pollUntil } from "./support.ts";

test("a record comes back with its key, value, headers, offset and the broker's time", async () => {
  const topic = await newTopic(1);
  const beforeMs = Date.now();
  await append(topic, 1, { stage: "ingest", "content-type": "application/json" });
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  const records: ConsumedRecord[] = [];
  await pollUntil(consumer, (polled) => {
    answerRebalances(consumer);
    records.push(...polled.records);
    return records.length > 0;
  });
  await consumer.close();
  const [record] = records;
  expect(record).toMatchObject({ topic, partition: 0, offset: 0n, leaderEpoch: 0 });
  expect(String(record?.key)).toBe("0");
  expect(String(record?.value)).toBe("value 0");
  expect(record?.headers.map(([name, value]) => `${name}=${value}`)).toEqual([
    "stage=ingest",
    "content-type=application/json",
  ]);
  expect(record?.timestampMs).toBeGreaterThanOrEqual(beforeMs);
});

test("assignment starts at the offset named, and unassign with assign moves a partition to another offset", async () => {
  const topic = await newTopic(1);
  await append(topic, 50);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  const offsets: bigint[] = [];
  const collect = (until: bigint) =>
    pollUntil(consumer, ({ records }) => {
      answerRebalances(consumer, 40n);
      offsets.push(...records.map(({ offset }) => offset));
      return offsets.at(-1) === until;
    });
  await collect(49n);
  expect(offsets[0]).toBe(40n);
  offsets.length = 0;
  consumer.unassign([{ topic, partition: 0 }]);
  consumer.assign([{ topic, partition: 0, offset: 5n }]);
  await collect(49n);
  await consumer.close();
  expect(offsets).toEqual(Array.from({ length: 45 }, (_, i) => BigInt(i + 5)));
});

test("two members share the partitions cooperatively, and every record is read once they settle", async () => {
  const topic = await newTopic(6);
  await append(topic, 300);
  const groupId = randomUUID();
  const first = await newConsumer(groupId);
  first.subscribe([topic]);
  const seen = new Set<string>();
  const events: string[] = [];
  const take = (records: ConsumedRecord[]) => {
    for (const { partition, offset } of records) seen.add(`${partition}/${offset}`);
  };
  await pollUntil(first, ({ records }) => {
    events.push(...answerRebalances(first));
    take(records);
    return seen.size === 300;
  });
  expect(events).toEqual(["assigned 6"]);
  const second = await newConsumer(groupId);
  second.subscribe([topic]);
  const ofSecond: string[] = [];
  await pollUntil(second, () => ofSecond.push(...answerRebalances(second)) > 0 || drive());
  function drive(): boolean {
    events.push(...answerRebalances(first));
    void first.poll(1_000, 50).then(({ records }) => take(records));
    return false;
  }
  expect(events).toEqual(["assigned 6", "revoked 3"]);
  expect(ofSecond).toEqual(["assigned 3"]);
  await second.close();
  await pollUntil(first, () => events.push(...answerRebalances(first)) > 2);
  expect(events).toEqual(["assigned 6", "revoked 3", "assigned 3"]);
  await first.close();
});

test("an offset beyond the log is told with its partition, and the other partitions go on", async () => {
  const topic = await newTopic(2);
  await append(topic, 100);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  const faults: ConsumerFault[] = [];
  let ofOther = 0;
  await pollUntil(consumer, ({ records, errors }) => {
    for (const { partitions } of consumer.takeRebalances()) {
      consumer.assign(partitions.map((ref) => ({ ...ref, offset: ref.partition === 0 ? 1_000_000n : 0n })));
    }
    ofOther += records.filter(({ partition }) => partition === 1).length;
    faults.push(...errors);
    return faults.some((fault) => fault.partition !== undefined);
  });
  const { high } = await consumer.watermarks(topic, 1);
  await consumer.close();
  expect(faults.at(-1)).toMatchObject({ topic, partition: 0, code: -140 });
  expect(faults.every(({ code }) => code === -140)).toBe(true);
  expect(BigInt(ofOther)).toBe(high);
});

test("a partition that its broker did not know when it was first asked for is found once it does", async () => {
  const consumer = await newConsumer();
  const name = `test-${randomUUID()}`;
  await expect(consumer.watermarks(name, 0)).rejects.toThrow(`The offsets of ${name}/0 are not known`);
  await ensureTopics(connection(), [{ name, partitions: 1, config: {} }]);
  const asked = () => consumer.watermarks(name, 0).catch(String);
  await expect.poll(asked, { timeout: 30_000 }).toEqual({ low: 0n, high: 0n });
  await consumer.close();
});

test("the end of a log is known from the fetches, as they go on, without asking", async () => {
  const topic = await newTopic(1);
  await append(topic, 5);
  const consumer = await newConsumer();
  expect(consumer.knownEnd(topic, 0)).toBeUndefined();
  consumer.subscribe([topic]);
  await pollUntil(consumer, ({ records }) => {
    answerRebalances(consumer);
    return records.length > 0;
  });
  expect(consumer.knownEnd(topic, 0)).toBe(5n);
  await append(topic, 2);
  // Nothing is polled: the client fetches ahead.
  await expect.poll(() => consumer.knownEnd(topic, 0), { timeout: 30_000 }).toBe(7n);
  await consumer.close();
  expect(consumer.knownEnd(topic, 0)).toBeUndefined();
});

test("a paused partition gives nothing until it is resumed", async () => {
  const topic = await newTopic(1);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  await pollUntil(consumer, () => answerRebalances(consumer).length > 0);
  consumer.pause([{ topic, partition: 0 }]);
  await append(topic, 10);
  const whilePaused = await consumer.poll(1_000, 500);
  consumer.resume([{ topic, partition: 0 }]);
  let count = 0;
  await pollUntil(consumer, ({ records }) => {
    count += records.length;
    return count === 10;
  });
  await consumer.close();
  expect(whilePaused).toEqual({ records: [], errors: [] });
});

test("a partition that was never assigned, or no longer is, can be taken away with the others", async () => {
  const topic = await newTopic(6);
  const groupId = randomUUID();
  const first = await newConsumer(groupId);
  first.subscribe([topic]);
  const events: string[] = [];
  await pollUntil(first, () => {
    for (const { kind, partitions } of first.takeRebalances()) {
      events.push(`${kind} ${partitions.length}`);
      if (kind !== "assigned") first.unassign(partitions);
      else first.assign(partitions.filter((_, index) => index % 2 === 0).map((ref) => ({ ...ref, offset: 0n })));
    }
    return events.length > 0;
  });
  for (const partition of [0, 1]) first.unassign([{ topic, partition }]);
  const second = await newConsumer(groupId);
  second.subscribe([topic]);
  const ofSecond: string[] = [];
  await pollUntil(first, () => {
    events.push(...answerRebalances(first));
    void second.poll(1_000, 50).then(() => ofSecond.push(...answerRebalances(second)));
    return ofSecond.includes("assigned 3");
  });
  await Promise.all([first.close(), second.close()]);
  expect(events).toEqual(["assigned 6", "revoked 3"]);
});

test("what the client refuses is told as an error", async () => {
  const consumer = await newConsumer();
  const start = { topic: "elsewhere", partition: 0, offset: 0n };
  consumer.assign([start]);
  expect(() => consumer.assign([start])).toThrow(
    expect.toSatisfy((error) => error instanceof Error && error.message.includes("already part")),
  );
  await consumer.close();
});

test("closing with an unanswered rebalance event does not hang", async () => {
  const topic = await newTopic(3);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  await pollUntil(consumer, () => consumer.takeRebalances().length > 0);
  await consumer.close();
});

test("closing while the group assigns partitions, which was not told yet, does not hang", async () => {
  const consumer = await newConsumer();
  consumer.subscribe([await newTopic()]);
  // The client joins by itself; its events are told by polls alone, and there is none that could wait for this one.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await consumer.close();
  expect(consumer.takeRebalances()).toEqual([]);
});

test("a partition that was paused when it was taken away is read again when it is assigned anew", async () => {
  const topic = await newTopic(1);
  await append(topic, 20);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  let read = 0;
  const collect = (count: number) =>
    pollUntil(consumer, ({ records }) => {
      answerRebalances(consumer, 0n);
      read += records.length;
      return read >= count;
    });
  await collect(20);
  consumer.pause([{ topic, partition: 0 }]);
  consumer.unassign([{ topic, partition: 0 }]);
  consumer.assign([{ topic, partition: 0, offset: 0n }]);
  await collect(40);
  await consumer.close();
  expect(read).toBe(40);
});
