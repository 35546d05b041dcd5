import { topics } from "@scoreline/contracts";
import { type CommitPosition, listenCommits, readPositions } from "@scoreline/stores/decisions";
import type { Database } from "@scoreline/stores/postgres";
import { percentile, perSecond } from "../figures.ts";
import type { FreshStores } from "./stack.ts";

const { name: topic, partitions } = topics.creditApplications;
const rowsAtOnce = 10_000;

/** A commit as a client of Postgres heard of it. */
export type HeardCommit = { nextOffset: bigint; atMs: number };
/** A decided record, and when the broker took it. */
export type DecidedRecord = { offset: bigint; tMs: number };

export type Latency = { per_s: number; p50_ms: number | null; p99_ms: number | null };

/**
 * What decisions take while `send` runs: from the broker's time of a record to the moment at which a client that listens
 * hears that its decision is committed. `send` gives how many records it sent; what it sent in its first `warmUpMs` is left
 * out. The broker's clock and this process' are one machine's.
 */
export async function measureLatency(
  { env, sql }: FreshStores,
  send: () => Promise<number>,
  { warmUpMs, untilDecided }: { warmUpMs: number; untilDecided: (sent: number) => Promise<unknown> },
): Promise<Latency> {
  const heard = new Map<number, HeardCommit[]>();
  const onCommit = ({ topic: of, partition, nextOffset }: CommitPosition) => {
    if (of !== topic) return;
    const commits = heard.get(partition) ?? [];
    heard.set(partition, commits);
    commits.push({ nextOffset, atMs: performance.timeOrigin + performance.now() });
  };
  let listening: { end(): Promise<void> } | undefined;
  await new Promise<void>((resolve) => {
    listening = listenCommits(env.CREDITDB_URL, { app: "scoreline-bench", onCommit, onListening: resolve });
  });
  try {
    const before = await readPositions(sql, topic);
    const startMs = Date.now();
    const sent = await send();
    const per_s = perSecond(sent, Date.now() - startMs);
    await untilDecided(sent);
    const waits = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const from = before.find((position) => position.partition === partition)?.nextOffset ?? 0n;
        return latenciesOf(decidedFrom(sql, partition, from), heard.get(partition) ?? [], startMs + warmUpMs);
      }),
    );
    const sorted = Float64Array.from(waits.flat()).sort();
    return { per_s, p50_ms: tenths(percentile(sorted, 50)), p99_ms: tenths(percentile(sorted, 99)) };
  } finally {
    await listening?.end();
  }
}

/**
 * The latency, in milliseconds, of each record that the broker took at `fromMs` or later. `records` are a partition's in
 * the order of their offsets, `commits` in the order they were heard; a record is decided by the first commit beyond it.
 */
export async function latenciesOf(
  records: AsyncIterable<readonly DecidedRecord[]>,
  commits: readonly HeardCommit[],
  fromMs: number,
): Promise<number[]> {
  const latencies: number[] = [];
  let at = 0;
  for await (const rows of records) {
    for (const { offset, tMs } of rows) {
      while ((commits[at]?.nextOffset ?? offset + 1n) <= offset) at += 1;
      const commit = commits[at];
      if (!commit) throw new Error(`No commit was heard that decided offset ${offset}.`);
      if (tMs >= fromMs) latencies.push(commit.atMs - tMs);
    }
  }
  return latencies;
}

async function* decidedFrom(sql: Database, partition: number, from: bigint): AsyncGenerator<DecidedRecord[]> {
  const rows = sql<{ record_offset: bigint; t_ms: bigint }[]>`
    select record_offset, t_ms from credit_scores
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} order by record_offset`;
  for await (const batch of rows.cursor(rowsAtOnce)) {
    yield batch.map(({ record_offset, t_ms }) => ({ offset: record_offset, tMs: Number(t_ms) }));
  }
}

function tenths(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
