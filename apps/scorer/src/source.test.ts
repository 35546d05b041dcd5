import { describe, expect, test } from "vitest";
import { checkSource, checkStart, SourceUnfit } from "./source.ts";

const left = { topic: "t", partition: 3, topicId: "id", nextOffset: 100n };
const log = (over: object = {}) => ({ topic: { topicId: "id", partitions: 6 }, low: 0n, high: 200n, ...over });

describe("a log that goes on where the partition was left", () => {
  test.each([
    ["holds more", {}],
    ["holds nothing more", { high: 100n }],
    ["begins at the next offset", { low: 100n }],
  ])("fits when it %s", (_, over) => {
    expect(() => checkSource(left, log(over), 6)).not.toThrow();
    expect(() => checkStart(left, log(over))).not.toThrow();
  });
});

test.each([
  ["is missing", { topic: undefined }, /topic t does not exist/],
  ["has more partitions", { topic: { topicId: "id", partitions: 12 } }, /has 12 partitions and must have 6/],
  ["was made again", { topic: { topicId: "other", partitions: 6 } }, /t\/3: the topic's id is other, and it was id/],
  [
    "has lost its end",
    { high: 99n },
    /t\/3: the log ends at offset 99, and 100 is the next to decide: .* lost 1 records/,
  ],
])("a log that %s is refused, with the place, the figures and the fix", (_, over, words) => {
  expect(() => checkSource(left, log(over), 6)).toThrow(SourceUnfit);
  expect(() => checkSource(left, log(over), 6)).toThrow(words);
});

test("a log whose undecided records are gone is refused at the start, with how many they are", () => {
  expect(() => checkStart(left, log({ low: 103n }))).toThrow(
    /t\/3: the log begins at offset 103, and 100 is the next to decide: 3 records are gone undecided/,
  );
});
