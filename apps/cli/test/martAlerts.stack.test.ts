import { randomUUID } from "node:crypto";
import { readThresholds } from "@scoreline/monitoring";
import { martAlerts } from "@scoreline/monitoring/grafana";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { expect, inject, onTestFinished, test } from "vitest";

const thresholds = readThresholds();
const { applications_min, above } = thresholds.approval_shift;

/** A database of the test's own with both schemas that readers have, and the one fact that the alerts ask. */
async function warehouse(): Promise<Database> {
  const url = new URL(inject("env").DW_FINANCE_URL);
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const server = connectPostgres(String(url), { app: "mart-alerts", connectionsMax: 1 });
  await server`create database ${server(name)}`;
  url.pathname = `/${name}`;
  const sql = connectPostgres(String(url), { app: "mart-alerts", connectionsMax: 1 });
  onTestFinished(async () => {
    await sql.end({ timeout: 1 });
    await server`drop database ${server(name)} with (force)`;
    await server.end({ timeout: 1 });
  });
  await sql.unsafe(`
    create schema marts;
    create schema quality;
    create table marts.fact_loan_application (decided_time_id integer, region text, approval_status text);
    create table quality.backtests (backtest_id uuid);
  `);
  return sql;
}

/** What the alert says of each of its rows: the labels, and whether it fires. */
async function fires(sql: Database, name: string): Promise<Record<string, boolean>> {
  const alert = martAlerts(thresholds).find((candidate) => candidate.name === name);
  if (alert === undefined) throw new Error(`there is no ${name}`);
  const rows: Record<string, unknown>[] = await sql.unsafe(alert.sql);
  return Object.fromEntries(
    rows.map(({ region = "all", shift, unreadable }) => [region, Number(shift ?? unreadable) > alert.above]),
  );
}

/** So many applications of a day and region, of which a share is approved. */
async function decided(sql: Database, day: number, region: string | null, count: number, approved: number) {
  await sql`
    insert into marts.fact_loan_application
    select ${day}, ${region}, case when n <= ${Math.round(count * approved)} then 'Approved' else 'Rejected' end
    from generate_series(1, ${count}::integer) as n`;
}

test("no decisions, and a first day, shift nothing", async () => {
  const sql = await warehouse();
  expect(await fires(sql, "ApprovalRateShifted")).toEqual({ "all regions": false });
  await decided(sql, 20260101, "Ohio", applications_min, 0.5);
  expect(await fires(sql, "ApprovalRateShifted")).toEqual({ "all regions": false });
});

test("a region whose approvals fall on the newest whole day fires; the day that is not over does not count", async () => {
  const sql = await warehouse();
  for (const day of [20260101, 20260102, 20260103]) {
    await decided(sql, day, "Ohio", applications_min, 0.5);
    await decided(sql, day, "Utah", applications_min, 0.5);
  }
  await decided(sql, 20260104, "Ohio", applications_min, 0.5 - above - 0.05);
  await decided(sql, 20260104, "Utah", applications_min, 0.5);
  expect(await fires(sql, "ApprovalRateShifted")).toEqual({ "all regions": false, Ohio: false, Utah: false });
  await decided(sql, 20260105, null, 1, 1);
  expect(await fires(sql, "ApprovalRateShifted")).toEqual({ "all regions": false, Ohio: true, Utah: false });
});

test("a handful of applications has no rate, and a day before the week is forgotten", async () => {
  const sql = await warehouse();
  await decided(sql, 20260101, "Ohio", applications_min * 9, 1);
  for (let day = 20260102; day <= 20260108; day++) await decided(sql, day, "Ohio", applications_min, 0.5);
  for (const day of [20260108, 20260109]) await decided(sql, day, "Utah", 3, day === 20260109 ? 0 : 1);
  await decided(sql, 20260109, "Ohio", applications_min, 0.5);
  await decided(sql, 20260110, "Ohio", 1, 1);
  expect(await fires(sql, "ApprovalRateShifted")).toEqual({ "all regions": false, Ohio: false });
});

test("readers who may read all are silent; one grant that lacks fires, and so do no marts at all", async () => {
  const sql = await warehouse();
  const reader = `reader_${randomUUID().replaceAll("-", "")}`;
  await sql`create role ${sql(reader)}`;
  onTestFinished(async () => {
    await sql`drop owned by ${sql(reader)}`;
    await sql`drop role ${sql(reader)}`;
  });
  await sql`grant usage on schema marts, quality to ${sql(reader)}`;
  await sql`grant select on all tables in schema marts to ${sql(reader)}`;
  const asReader = () =>
    sql.begin(async (transaction) => {
      await transaction`set local role ${transaction(reader)}`;
      return await fires(transaction as unknown as Database, "MartsUnreadable");
    });
  expect(await asReader()).toEqual({ all: true });
  await sql`grant select on quality.backtests to ${sql(reader)}`;
  expect(await asReader()).toEqual({ all: false });
  await sql`revoke usage on schema quality from ${sql(reader)}`;
  expect(await asReader()).toEqual({ all: true });
  await sql.unsafe("drop schema marts cascade; drop schema quality cascade");
  expect(await asReader()).toEqual({ all: true });
});
