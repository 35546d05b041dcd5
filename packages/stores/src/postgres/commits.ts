import { connectPostgres, type Database } from "./connect.ts";

/** The channel on which each commit of a scorer is told, as `topic:partition:next_offset` (PostgreSQL manual, NOTIFY). */
export const commitsChannel = "scoreline_commits";

/** A partition is decided below `nextOffset`. */
export type CommitPosition = { topic: string; partition: number; nextOffset: bigint };

const reconnectMsMin = 100;
// A topic's name has no colon (Kafka's `Topic.java`: letters, digits, dot, underscore and dash).
const payloadForm = /^([\w.-]+):(\d+):(\d+)$/;

/**
 * Tells each commit as it is made, on a connection of its own that is made again when it is lost. `onListening` is called
 * whenever it is there: what was committed before was not told, so read it by `readPositions`.
 */
export function listenCommits(
  url: string,
  settings: { app: string; onCommit: (position: CommitPosition) => void; onListening: () => void },
): { end(): Promise<void> } {
  const { app, onCommit, onListening } = settings;
  const sql = connectPostgres(url, { app, connectionsMax: 1, reconnectMsMin });
  const onPayload = (payload: string) => {
    const [, topic, partition, nextOffset] = payloadForm.exec(payload) ?? [];
    if (topic !== undefined && nextOffset !== undefined) {
      onCommit({ topic, partition: Number(partition), nextOffset: BigInt(nextOffset) });
    }
  };
  // The driver listens again by itself, also after a first attempt that failed.
  sql.listen(commitsChannel, onPayload, onListening).catch(() => {});
  return { end: () => sql.end({ timeout: 1 }) };
}

/** Where every partition of a topic stands. */
export async function readPositions(sql: Database, topic: string): Promise<CommitPosition[]> {
  const rows = await sql<{ partition: number; next_offset: bigint }[]>`
    select partition, next_offset from stream_offsets where topic = ${topic}`;
  return rows.map((row) => ({ topic, partition: row.partition, nextOffset: row.next_offset }));
}
