import { expect, test } from "vitest";
import { chunksOf } from "./alerts.ts";
import { SourceChangedError, windowsToLoad } from "./windows.ts";

const stream = { topic: "t", partition: 2, topicId: "id", startOffset: 7n, projectedOffset: 20n };
const loaded = { topic: "t", partition: 2, topicId: "id", loadedOffset: 12n };

test("a partition never loaded begins at its first offset, another one where it was left", () => {
  const place = { topic: "t", partition: 2, topicId: "id", startOffset: 7n, toOffset: 20n };
  expect(windowsToLoad([stream], [])).toEqual([{ ...place, fromOffset: 7n }]);
  expect(windowsToLoad([stream], [loaded])).toEqual([{ ...place, fromOffset: 12n }]);
  expect(windowsToLoad([stream], [{ ...loaded, partition: 1 }])).toEqual([{ ...place, fromOffset: 7n }]);
});

test("a topic created anew and a source that went back are refused", () => {
  expect(() => windowsToLoad([{ ...stream, topicId: "other" }], [loaded])).toThrow(SourceChangedError);
  expect(() => windowsToLoad([{ ...stream, projectedOffset: 11n }], [loaded])).toThrow(SourceChangedError);
});

test("the chunks of a window reach to the one where alerts in flight are", () => {
  expect(chunksOf("t", 3, 0n, 0n)).toEqual(["t/3/0"]);
  expect(chunksOf("t", 3, 9_999n, 10_000n)).toEqual(["t/3/0", "t/3/1"]);
  expect(chunksOf("t", 3, 25_000n, 39_999n)).toEqual(["t/3/2", "t/3/3"]);
});
