import { expect, onTestFinished, test } from "vitest";
import { connectPostgres, migrate } from "../src/postgres/index.ts";
import { newDatabase } from "./support.ts";

function connect(url: string) {
  const sql = connectPostgres(url, { app: "stores-tests" });
  onTestFinished(() => sql.end());
  return sql;
}

test("a database is migrated once, and a second run changes nothing", async () => {
  const url = await newDatabase();
  const ran = await migrate(url, "creditdb");
  expect(ran[0]).toBe("001.do.decisions.sql");
  expect(await migrate(url, "creditdb")).toEqual([]);
  const versions = await connect(url)`select version from schema_version where version > 0 order by version`;
  expect(versions.map(({ version }) => Number(version))).toEqual(ran.map((_, index) => index + 1));
});

test("of two processes that migrate at once, one does the work and the other finds it done", async () => {
  const url = await newDatabase();
  const [first, second] = await Promise.all([migrate(url, "creditdb"), migrate(url, "creditdb")]);
  expect([first.length, second.length].toSorted((a, b) => a - b)).toEqual([0, Math.max(first.length, second.length)]);
  expect(first.length + second.length).toBeGreaterThan(0);
});

test("an applied file that was changed afterwards is refused", async () => {
  const url = await newDatabase();
  await migrate(url, "creditdb");
  await connect(url)`update schema_version set md5 = 'another' where version = 2`;
  await expect(migrate(url, "creditdb")).rejects.toThrow("MD5 checksum failed for migration [2]");
});

test("a migration that fails leaves nothing behind, so that the next run starts from the same place", async () => {
  const url = await newDatabase();
  const sql = connect(url);
  await sql`create table stream_offsets (in_the_way int)`;
  await expect(migrate(url, "creditdb")).rejects.toMatchObject({ code: "42P07" });
  expect(await sql`select tablename from pg_tables where schemaname = 'public'`).toEqual([
    { tablename: "stream_offsets" },
  ]);
  await sql`drop table stream_offsets`;
  expect((await migrate(url, "creditdb")).length).toBeGreaterThan(0);
});

test("the warehouse's database is migrated too", async () => {
  const url = await newDatabase();
  expect((await migrate(url, "dw_finance")).length).toBeGreaterThan(0);
  expect(await migrate(url, "dw_finance")).toEqual([]);
});
