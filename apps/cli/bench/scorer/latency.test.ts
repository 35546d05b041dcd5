import { expect, test } from "vitest";
import { type DecidedRecord, latenciesOf } from "./latency.ts";

async function* records(...batches: [offset: number, tMs: number][][]): AsyncGenerator<DecidedRecord[]> {
  for (const batch of batches) yield batch.map(([offset, tMs]) => ({ offset: BigInt(offset), tMs }));
}

const commits = [
  { nextOffset: 12n, atMs: 1_030 },
  { nextOffset: 13n, atMs: 1_050 },
];

test("a record is decided by the first commit beyond its offset", async () => {
  const decided = records(
    [[10, 1_000]],
    [
      [11, 1_010],
      [12, 1_020],
    ],
  );
  expect(await latenciesOf(decided, commits, 0)).toEqual([30, 20, 30]);
});

test("what the broker took before the warm-up was over is left out", async () => {
  expect(
    await latenciesOf(
      records([
        [10, 1_000],
        [12, 1_020],
      ]),
      commits,
      1_020,
    ),
  ).toEqual([30]);
});

test("a record that no commit was heard for is an error, not a gap", async () => {
  await expect(latenciesOf(records([[13, 1_020]]), commits, 0)).rejects.toThrow("offset 13");
});
