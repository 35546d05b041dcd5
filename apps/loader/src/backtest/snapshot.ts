import type { Client } from "pg";
import type { Period } from "./period.ts";

/** Runs `work` on one snapshot of the warehouse; the temporary tables that it makes are gone afterwards. */
export async function onSnapshot<Result>(warehouse: Client, work: () => Promise<Result>): Promise<Result> {
  await warehouse.query("begin isolation level repeatable read");
  try {
    // Sorts and hashes of a million rows in memory, where the server would write them to disk.
    await warehouse.query("set local work_mem = '256MB'");
    return await work();
  } finally {
    // The tables were for this computation only.
    await warehouse.query("rollback").catch(() => undefined);
  }
}

/** Makes a temporary table of what `select` gives. Call it within `onSnapshot`. */
export async function make(warehouse: Client, table: string, select: string): Promise<void> {
  await warehouse.query(`create temporary table ${table} as\n${select}`);
  await warehouse.query(`analyze ${table}`);
}

/** As conditions on `t_ms`: what lies in the period, and what its windows, `windowMsMax` long at most, see of before it. */
export function seenSql({ fromMs, toMs }: Period, windowMsMax: number): { inScope: string; where: string } {
  const seen = [
    ...(fromMs === undefined ? [] : [`t_ms > ${fromMs - Math.max(1, windowMsMax)}`]),
    ...(toMs === undefined ? [] : [`t_ms < ${toMs}`]),
  ];
  return { inScope: fromMs === undefined ? "true" : `t_ms >= ${fromMs}`, where: ["true", ...seen].join(" and ") };
}
