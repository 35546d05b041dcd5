import { expect, inject, onTestFinished, test } from "vitest";
import { connectPostgres } from "../src/postgres/index.ts";

function connect(app = "stores-tests") {
  const sql = connectPostgres(inject("env").CREDITDB_URL as string, { app, connectionsMax: 2 });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
}

const nasty = ["", "a", "a,b", "{}", "NULL", '"', "\\", '\\"', " padded ", "tab\t", "line\n", "Zoë 😀"];

test("arrays of text, integers and bigints go to the server and come back as they are", async () => {
  const sql = connect();
  const big = ["9223372036854775807", "-1"].map(BigInt);
  const [row] = await sql`
    select ${nasty}::text[] as texts, ${[]}::text[] as none, array['a', null, 'NULL'] as nulls,
      ${[1, -2]}::integer[] as integers, array[9223372036854775807, -1] as bigints, 'a' = any(${nasty}) as met`;
  expect(row).toEqual({
    texts: nasty,
    none: [],
    nulls: ["a", null, "NULL"],
    integers: [1, -2],
    bigints: big,
    met: true,
  });
});

test("a bigint column is a bigint and a time is UTC", async () => {
  const [row] = await connect()`select 9007199254740993 as large, now() as at, current_setting('TimeZone') as zone`;
  expect(row).toEqual({ large: 9_007_199_254_740_993n, at: expect.any(Date), zone: "UTC" });
});

test("connections that are cut while they are made fail their query, and never the process", async () => {
  const app = "stores-tests-cut";
  const [sql, other] = [connect(app), connect()];
  let working = true;
  const cutting = (async () => {
    while (working) await other`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${app}`;
  })();
  const outcomes = new Set<unknown>();
  for (let query = 0; query < 40; query += 1) {
    await sql`select 1`.then(
      () => outcomes.add("answered"),
      (error: { code: unknown }) => outcomes.add(error.code),
    );
  }
  working = false;
  await cutting;
  expect([...outcomes].filter((outcome) => outcome !== "answered").length).toBeGreaterThan(0);
  // The query that meets the last cut connection fails; the pool makes another.
  const answers = await Promise.allSettled([sql`select 1`, sql`select 1`, sql`select 1`, sql`select 1`]);
  expect(answers.some(({ status }) => status === "fulfilled")).toBe(true);
});
