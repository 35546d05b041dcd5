import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runOutcomes } from "../src/outcomes/command.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, openBench, record } from "./support.ts";

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench?.remove(), 60_000);

const header = "application_id,booked,bad,exposure,matured_at";

async function file(...lines: string[]): Promise<string> {
  const path = join(bench.deps.dbt.stateDir, "outcomes.csv");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

const load = async (...lines: string[]) => runOutcomes(bench.deps, { file: await file(header, ...lines) });

const held = async () =>
  (
    await bench.warehouse`
      select concat_ws(',', application_id, booked, bad, exposure, matured_at at time zone 'UTC') as line
      from raw.outcomes order by application_id`
  ).map(({ line }) => line);

test("a later file corrects an earlier one, what is the same is left alone, and nothing else goes", async () => {
  expect(await load("a,1,,1000,", "b,true,0,2000.5,2020-01-01", "c,0,,0,")).toMatchObject({
    read: 3,
    loaded: 3,
    corrected: 0,
    unchanged: 0,
    refused: 0,
  });
  const before = await bench.warehouse`select xmin::text from raw.outcomes where application_id = 'b'`;

  expect(
    await load("a,1,1,1000,2021-06-30T12:00:00Z", "b,1,false,2000.50,2020-01-01T00:00:00Z", "d,1,0,5,"),
  ).toMatchObject({ read: 3, loaded: 1, corrected: 1, unchanged: 1, refused: 0 });

  expect(await held()).toEqual([
    "a,t,t,1000.00,2021-06-30 12:00:00",
    "b,t,f,2000.50,2020-01-01 00:00:00",
    "c,f,0.00",
    "d,t,f,5.00",
  ]);
  expect(await bench.warehouse`select xmin::text from raw.outcomes where application_id = 'b'`).toEqual(before);
  const jobs = await bench.creditdb`select job, status, rows from metadata_table order by started_at`;
  expect([...jobs]).toEqual([
    { job: "load_outcomes", status: "succeeded", rows: 3n },
    { job: "load_outcomes", status: "succeeded", rows: 2n },
  ]);
});

test("each bad line is refused with its line, field and fix, and the others are taken", async () => {
  const rejects = join(bench.deps.dbt.stateDir, "rejects.jsonl");
  const path = await file(header, "a,1,0,10,", "b,perhaps,0,ten,", "c,1,0", "d,1,0,10,", "", "d,1,1,10,");

  const counts = await runOutcomes(bench.deps, { file: path, rejects });

  expect(counts).toMatchObject({ read: 5, loaded: 2, corrected: 0, unchanged: 0, refused: 3 });
  expect(await held()).toEqual(["a,t,f,10.00", "d,t,f,10.00"]);
  const refused = (await readFile(rejects, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(refused).toMatchObject([
    { line: 3, application_id: "b", failures: [{ pointer: "/booked" }, { pointer: "/exposure" }] },
    { line: 4, application_id: "c", failures: [{ check: "invalid_record" }] },
    { line: 7, application_id: "d", failures: [{ pointer: "/application_id" }] },
  ]);
  expect(bench.notices).toContain('line 3 (b): booked is "perhaps"; send true, false, 1 or 0.');
  expect(bench.notices).toContain(
    "line 7 (d): application_id stands on line 5 already; keep one line for each application.",
  );
});

test("many bad lines are told by their first ones and their number", async () => {
  const lines = Array.from({ length: 25 }, (_, index) => `app-${index},?,0,10,`);
  expect(await load(...lines)).toMatchObject({ read: 25, loaded: 0, refused: 25 });
  expect(bench.notices).toHaveLength(11);
  expect(bench.notices.at(-1)).toBe("and 15 more lines; --rejects FILE writes them all");
});

test("outcomes of applications that the warehouse does not hold are loaded and counted", async () => {
  await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 1 });
  await runWarehouse(bench.deps, { withDbt: false, withFreshness: false, fullRefresh: false });
  expect(await load("a,1,0,10,", "b,1,0,10,", "c,1,0,10,")).toMatchObject({ loaded: 3, without_application: 2 });
});

test("a file that is no CSV of outcomes is refused whole, by what is wrong with it", async () => {
  const run = (path: string) => runOutcomes(bench.deps, { file: path });
  await expect(run(await file("application_id,booked,bad,loss,exposure,booked", "a,1,0,1,1,1"))).rejects.toThrow(
    'line 1: the header lacks matured_at, has "loss" besides, has "booked" twice',
  );
  await expect(run(await file(header, "a,1,0,10,", 'b,1,0,"10'))).rejects.toThrow("outcomes.csv is not CSV: Quote");
  await expect(run(join(bench.deps.dbt.stateDir, "absent.csv"))).rejects.toThrow("absent.csv cannot be read");
  await writeFile(join(bench.deps.dbt.stateDir, "empty.csv"), "");
  await expect(run(join(bench.deps.dbt.stateDir, "empty.csv"))).rejects.toThrow("is empty; its first line must be");
  expect(await held()).toEqual([]);
  const jobs = await bench.creditdb`select distinct status from metadata_table`;
  expect([...jobs]).toEqual([{ status: "failed" }]);
});
