import { expect, test } from "vitest";
import vectors from "../vectors/murmur2.json" with { type: "json" };
import { MemoryProducer } from "./memory.ts";
import { DeliveryFailed } from "./port.ts";

const value = new Uint8Array();

test("keys lie where a broker's producer puts them, and offsets count up in each partition", async () => {
  const producer = new MemoryProducer({ partitions: vectors.partitions });
  for (const { key, partition } of vectors.vectors) {
    const before = producer.records("t").filter((record) => record.partition === partition).length;
    expect(await producer.send({ topic: "t", key, value })).toEqual({ topic: "t", partition, offset: BigInt(before) });
  }
});

test("a record that a fault takes is not stored", async () => {
  const away = new DeliveryFailed("away", { retryable: true });
  const producer = new MemoryProducer({ fault: ({ key }) => (key === "bad" ? away : undefined) });
  await expect(producer.send({ topic: "t", key: "bad", value })).rejects.toBe(away);
  await producer.send({ topic: "t", key: "good", value });
  expect(producer.records("t").map(({ key }) => key)).toEqual(["good"]);
});
