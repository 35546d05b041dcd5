import type { Failure } from "@scoreline/contracts";
import type { Database } from "./connect.ts";

/** Every rule that a record broke, by its place; empty when it was scored, or is not settled. */
export async function readFailures(
  sql: Database,
  { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
): Promise<Failure[]> {
  const rows = await sql<Failure[]>`
    select field as pointer, check_type as check, reason as detail
    from data_quality_issues
    where topic = ${topic} and partition = ${partition} and record_offset = ${offset}
    order by issue_number`;
  return [...rows];
}
