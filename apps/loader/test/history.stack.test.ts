import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runHistory } from "../src/history/command.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, openBench, record } from "./support.ts";

const nowMs = Date.parse("2026-06-01T00:00:00Z");
let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench?.remove(), 60_000);

const application = (id: string, timestamp: string, changes: object = {}) => ({
  application_id: id,
  user_id: "ann",
  credit_score: 700,
  loan_amount: "1000.00",
  timestamp,
  ...changes,
});

const load = (...lines: (object | string)[]) =>
  runHistory(bench.deps, {
    lines: Readable.from(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)),
    nowMs,
  });

const held = async () =>
  (
    await bench.warehouse`
      select concat_ws(' ', record_offset, application_id, t_ms) as line
      from raw.historical_applications order by record_offset`
  ).map(({ line }) => line);

test("past applications are numbered by their own time, then by their line; a later file goes on from there", async () => {
  expect(
    await load(
      application("late", "2008-03-01T00:00:00Z"),
      application("early", "2008-01-01T00:00:00Z"),
      application("tie-1", "2008-02-01T00:00:00Z"),
      application("tie-2", "2008-02-01T00:00:00Z"),
    ),
  ).toEqual({ read: 4, loaded: 4, repeated: 0, refused: 0 });
  expect(await load(application("earliest", "2007-01-01T00:00:00Z"))).toMatchObject({ loaded: 1 });

  expect(await held()).toEqual([
    "0 early 1199145600000",
    "1 tie-1 1201824000000",
    "2 tie-2 1201824000000",
    "3 late 1204329600000",
    "4 earliest 1167609600000",
  ]);
  const [event] = await bench.warehouse`
    select topic, partition, submitted_at, loan_amount from raw.historical_applications where application_id = 'late'`;
  expect(event).toEqual({
    topic: "history",
    partition: 0,
    submitted_at: new Date("2008-03-01T00:00:00Z"),
    loan_amount: "1000.00",
  });
});

test("a repeat is counted and not doubled; other content under an id is refused, and the first stays", async () => {
  const first = application("a", "2008-01-01T00:00:00Z", { attributes: { dti: 1.5, purpose: "car" } });
  await load(first);

  const counts = await load(
    { ...first, attributes: { purpose: "car", dti: 1.5 } },
    { ...first, attributes: { dti: 2 } },
    application("b", "2008-01-02T00:00:00Z"),
    application("b", "2008-01-02T00:00:00Z"),
    application("b", "2008-01-02T00:00:00Z", { loan_amount: 5 }),
  );

  expect(counts).toEqual({ read: 5, loaded: 1, repeated: 2, refused: 2 });
  expect(await held()).toEqual(["0 a 1199145600000", "1 b 1199232000000"]);
  expect(bench.notices).toEqual([
    "a: application_id is in history already with other content; what was loaded first stays.",
    "b: application_id stands on an earlier line with other content; keep one line for each application.",
  ]);
});

test("what breaks the contract is refused with its line; what a scorer decided keeps its decision of record", async () => {
  await record(bench.creditdb, [{ id: "live", offset: 0 }], { 0: 1 });
  await runWarehouse(bench.deps, { withDbt: false, withFreshness: false, fullRefresh: false });

  const counts = await load(
    application("a", "2008-01-01T00:00:00Z", { credit_score: 299 }),
    "no json",
    application("live", "2008-01-01T00:00:00Z"),
    application("b", "2026-07-01T00:00:00Z"),
  );

  expect(counts).toEqual({ read: 4, loaded: 0, repeated: 0, refused: 4 });
  expect(bench.notices.toSorted()).toEqual([
    expect.stringMatching(/^line 1: credit_score is 299; send an integer from 300 to 850/),
    "line 2: The line is not JSON; send one application a line.",
    expect.stringMatching(/^line 4: timestamp .* ahead/),
    expect.stringContaining("live: application_id was decided by a scorer already"),
  ]);
});

test("a stream that ends in the middle of a line has loaded what came before it", async () => {
  expect(await load(application("a", "2008-01-01T00:00:00Z"), '{"application_id": "b", "us')).toMatchObject({
    loaded: 1,
    refused: 1,
  });
});

test("history reaches no table of creditdb", async () => {
  await load(application("a", "2008-01-01T00:00:00Z"));
  const [rows] = await bench.creditdb`
    select (select count(*) from credit_scores) + (select count(*) from stream_offsets) as rows`;
  expect(rows).toEqual({ rows: 0n });
});
