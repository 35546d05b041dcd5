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

test("a query that is not answered in time is given up, and one that is keeps its answer", async () => {
  const url = inject("env").CREDITDB_URL as string;
  const sql = connectPostgres(url, { app: "stores-tests", answerMsMax: 300 });
  onTestFinished(() => sql.end({ timeout: 1 }));
  await expect(sql`select pg_sleep(30)`).rejects.toMatchObject({ name: "Unanswered", code: "UNANSWERED" });
  const [row] = await sql`select ${[1, 2]}::integer[] as ${sql("numbers")}, pg_sleep(0.05)`;
  expect(row).toMatchObject({ numbers: [1, 2] });
});

test("a statement that takes too long is ended by Postgres", async () => {
  const url = inject("env").CREDITDB_URL as string;
  const sql = connectPostgres(url, { app: "stores-tests", statementMsMax: 100 });
  onTestFinished(() => sql.end({ timeout: 1 }));
  await expect(sql`select pg_sleep(30)`).rejects.toMatchObject({ code: "57014" });
});

test("connections that are cut while they are made fail their query, and never the process", async () => {
  const app = "stores-tests-cut";
  const [sql, other] = [connect(app), connect()];
  let working = true;
  const cutting = (async () => {
    while (working) await other`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${app}`;
  })();
  let failed = 0;
  for (let query = 0; query < 1_000 && failed < 20; query += 1) {
    await sql`select 1`.catch(() => {
      failed += 1;
    });
  }
  working = false;
  await cutting;
  expect(failed).toBe(20);
  // A query that meets a cut connection fails, and the pool makes another one.
  await sql`select 1`.catch(() => sql`select 1`).catch(() => sql`select 1`);
});

test("a query that failed between two of its rows leaves no hole in the results after it", async () => {
  const sql = connectPostgres(inject("env").CREDITDB_URL as string, { app: "stores-tests-holes", connectionsMax: 1 });
  onTestFinished(() => sql.end({ timeout: 1 }));
  const failing = () => sql`select 1 / (400 - number) as quotient from generate_series(1, 500) as number`;
  await expect(failing()).rejects.toThrow("division by zero");
  expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  await expect(failing()).rejects.toThrow("division by zero");
  const rows = await sql.unsafe("select number from generate_series(1, 3) as number");
  expect(rows).toMatchObject({ length: 3, count: 3 });
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
});
