import { isDeepStrictEqual } from "node:util";
import { topics } from "@scoreline/contracts";
import {
  compileTransactionSql,
  type Finding,
  findAll,
  findingDifferences,
  type TransactionEvent,
  transactionRow,
  versionInForce,
} from "@scoreline/policy";
import { type Db, readPolicies } from "@scoreline/stores/mongo";
import {
  type CommittedTransaction,
  type Database,
  recomputeEvents,
  recomputeTransactions,
  transactionEvents,
} from "@scoreline/stores/postgres";
import { policyOf } from "../../src/policies/policyFile.ts";

type Recorded = CommittedTransaction & { place: TransactionEvent };

/**
 * Judges all recorded card transactions once more, by the versions in force at their times: by one engine in the order of
 * the stream, and by SQL from the rows alone. Gives what differs from what was recorded, a sentence each.
 */
export async function findingDifferencesOf(sql: Database, db: Db): Promise<string[]> {
  const { versions } = await readPolicies(db);
  const recorded = await readRecorded(sql);
  const events = recorded.map(({ place }) => place);
  const differences: string[] = [];
  for (const version of versions) {
    const { transactions: rules } = policyOf(version);
    const isIts = (tMs: number) => versionInForce(versions, tMs) === version;
    const found = findAll(rules, version.version, events);
    const rows = events.map((event) => ({ ...transactionRow(event), in_scope: isIts(event.tMs) }));
    const recomputed = await recomputeTransactions(sql, compileTransactionSql(rules, recomputeEvents), rows);
    const bySql = new Map(recomputed.map((finding) => [finding.transaction_id, finding]));
    for (const [index, { transaction, finding, tMs }] of recorded.entries()) {
      if (!isIts(tMs)) continue;
      const id = transaction.transaction_id;
      if (!isDeepStrictEqual(finding, found[index])) {
        differences.push(`${id} is ${JSON.stringify(finding)}, undisturbed ${JSON.stringify(found[index])}`);
      }
      const inSql = bySql.get(id);
      const fields = inSql ? findingDifferences(finding as Finding, inSql) : ["row"];
      if (fields.length > 0) differences.push(`${id} differs in SQL in ${fields.join(", ")}: ${JSON.stringify(inSql)}`);
    }
  }
  return differences;
}

async function readRecorded(sql: Database): Promise<Recorded[]> {
  const streams = await sql<{ topic: string; partition: number; from: bigint; to: bigint }[]>`
    select topic, partition, start_offset as "from", next_offset as "to" from stream_offsets
    where topic = ${topics.transactions.name} order by partition`;
  const partitions = await Promise.all(
    streams.map(async ({ topic, partition, from, to }) => {
      const scored = await transactionEvents.readScored(sql, { topic, partition }, { from, to });
      return scored.map((row) => {
        const { transaction, offset, tMs } = row;
        return { ...row, place: { transaction, topic, partition, offset: Number(offset), tMs } };
      });
    }),
  );
  return partitions.flat();
}
