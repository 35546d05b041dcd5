import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { describeTopics, ensureTopics } from "../src/librdkafka/index.ts";
import { connection } from "./support.ts";

const topic = () => ({ name: `test-${randomUUID()}`, partitions: 3, config: { "retention.ms": "3600000" } });

test("missing topics are made once, and their ids stay", async () => {
  const specs = [topic(), topic()];
  const names = specs.map(({ name }) => name);
  await ensureTopics(connection(), specs);
  const first = await describeTopics(connection(), names);
  await ensureTopics(connection(), specs);
  expect(await describeTopics(connection(), names)).toEqual(first);
  expect([...first.values()].map(({ partitions }) => partitions)).toEqual([3, 3]);
  expect(new Set([...first.values()].map(({ topicId }) => topicId)).size).toBe(2);
});

test("a topic with another number of partitions is refused by name, with both numbers", async () => {
  const spec = topic();
  await ensureTopics(connection(), [spec]);
  await expect(ensureTopics(connection(), [{ ...spec, partitions: 6 }])).rejects.toThrow(
    `Topic ${spec.name} has 3 partitions and 6 are configured`,
  );
});

test("a topic that does not exist is missing from the description", async () => {
  expect(await describeTopics(connection(), [`test-${randomUUID()}`])).toEqual(new Map());
});
