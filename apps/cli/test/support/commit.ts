import {
  applicationEvents,
  connectCommitter,
  type Database,
  type HeldPartition,
  type Settlement,
} from "@scoreline/stores/postgres";

/** Commits to the database that `sql` is connected to, as the scorer does. */
export async function commitSettlement({ options }: Database, held: HeldPartition, settlement: Settlement) {
  const { host, port, user, pass, database } = options;
  const url = `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`;
  const committer = connectCommitter(url, { app: "cli-tests", connectionsMax: 1 });
  await committer.commit(held, settlement, applicationEvents.copies).finally(() => committer.end());
}
