import {
  applicationEvents,
  connectCommitter,
  type Database,
  type EventTable,
  type HeldPartition,
  type Settlement,
} from "@scoreline/stores/postgres";

/** Commits to the database that `sql` is connected to, as the scorer does. */
export async function commitSettlement(sql: Database, held: HeldPartition, settlement: Settlement): Promise<void> {
  await commitTo(sql, applicationEvents, held, settlement);
}

/** The same for the scored events of any table. */
export async function commitTo<Scored, Committed>(
  { options }: Database,
  table: EventTable<Scored, Committed>,
  held: HeldPartition,
  settlement: Settlement<Scored>,
): Promise<void> {
  const { host, port, user, pass, database } = options;
  const url = `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`;
  const committer = connectCommitter(url, { app: "cli-tests", connectionsMax: 1 });
  await committer.commit(held, settlement, table.copies).finally(() => committer.end());
}
