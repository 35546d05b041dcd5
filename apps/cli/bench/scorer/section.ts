import { availableParallelism, totalmem } from "node:os";
import type { Database } from "@scoreline/stores/postgres";
import { say } from "../../src/terminal.ts";
import { ratio } from "../figures.ts";
import type { BenchOptions, PolicyName, Section } from "../section.ts";
import { consumeRate } from "./consume.ts";
import type { CopyRates } from "./copy.ts";
import { connectFiller, type Filler } from "./fill.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { measureCopy, measureScorers, type ScorerRates, type Settled } from "./measure.ts";
import { progressTo, readProgress } from "./progress.ts";
import { Records } from "./records.ts";
import { linesOf } from "./report.ts";
import { type BenchStack, withStack } from "./stack.ts";

const seed = 1;
const idlePerS = 20;
const loadShare = 0.5;
/** What a steady load begins with and is left out. */
const warmUpMs = 2_000;

/** What goes on to send records once those of the runs are on the topic, and for how long each time. */
type Source = { filler: Filler; records: Records; seconds: number };

/** A policy's rates beside what Postgres alone takes of the rows that it made. */
export type PolicyFigures = ScorerRates & CopyRates & { copy_ratio: number; copy_ratio_two_streams: number };

/** The section's figures. What a narrow run leaves out is null. */
export type ScorerFigures = PolicyFigures & {
  records: number;
  record_bytes: number;
  narrow: boolean;
  policy: PolicyName;
  consume_per_s: number;
  consume_ratio: number;
  load_per_s: number | null;
  p50_ms: number | null;
  p99_ms: number | null;
  idle_per_s: number | null;
  idle_p50_ms: number | null;
  idle_p99_ms: number | null;
  processes: ({ processes: number } & ScorerRates)[];
  velocity: PolicyFigures | null;
  machine: {
    cpus: number;
    memory_gib: number;
    node: string;
    postgres: string;
    synchronous_commit: string;
    fsync: string;
  };
};

/**
 * The scorer end to end, beside what the Kafka client and Postgres do by themselves with the same records and rows. All of
 * it is one run on one stack of its own, so that the ratios mean something where the rates do not.
 */
export const scorerSection: Section = {
  name: "scorer",
  async measure(options) {
    const figures = await withStack(async (stack) => {
      const filler = await connectFiller(stack.env.KAFKA_BROKERS);
      try {
        return await measureAll(stack, filler, options);
      } finally {
        await filler.close();
      }
    });
    return { json: figures, lines: linesOf(figures) };
  },
};

async function measureAll(stack: BenchStack, filler: Filler, options: BenchOptions): Promise<ScorerFigures> {
  const { records: count, narrow, policy = "default" } = options;
  const records = new Records({ seed, expected: count, narrow });
  const source = { filler, records, seconds: options.steadySeconds };
  say(`  producing ${count} ${narrow ? "narrow" : "wide"} records`);
  await filler.fill(records, count);
  const run = { policy, records: count, narrow, processes: 1 };

  // The latencies need more records on the topic, and every run decides all there are: so the run that they belong to is last.
  const velocity = options.policy || narrow ? null : await measurePolicy(stack, { ...run, policy: "velocity" });
  const others: ScorerFigures["processes"] = [];
  for (const processes of options.processes.filter((number) => number !== 1)) {
    others.push({ processes, ...(await measureScorers(stack, { ...run, processes }, async ({ rates }) => rates)) });
  }
  say("  reading by consume(n) alone");
  const consume_per_s = await consumeRate(stack.env.KAFKA_BROKERS, count);
  return measureScorers(stack, run, async (settled) => {
    const measured = withCopy(settled.rates, await measureCopy(settled, run));
    const { durable_decisions_per_s } = measured;
    const latencies = narrow ? noLatencies : await measureLatencies(settled, source, durable_decisions_per_s);
    return {
      records: count,
      record_bytes: recordBytes(narrow),
      narrow,
      policy,
      consume_per_s,
      ...measured,
      consume_ratio: ratio(durable_decisions_per_s, consume_per_s),
      ...latencies,
      processes: [{ processes: 1, ...settled.rates }, ...others],
      velocity,
      machine: await machine(settled.sql),
    };
  });
}

function measurePolicy(stack: BenchStack, run: Parameters<typeof measureScorers>[1]): Promise<PolicyFigures> {
  return measureScorers(stack, run, async (settled) => withCopy(settled.rates, await measureCopy(settled, run)));
}

function withCopy(rates: ScorerRates, copied: CopyRates): PolicyFigures {
  const copy_ratio = ratio(rates.durable_decisions_per_s, copied.copy_rows_per_s);
  const copy_ratio_two_streams = ratio(rates.durable_decisions_per_s, copied.copy_rows_per_s_two_streams);
  return { ...rates, ...copied, copy_ratio, copy_ratio_two_streams };
}

/** How soon a decision is durable under half of the full rate, and with hardly anything to do. */
async function measureLatencies(settled: Settled, source: Source, full: number) {
  const load = await measureSteady(settled, source, Math.max(1, Math.round(full * loadShare)));
  const idle = await measureSteady(settled, source, idlePerS);
  return {
    load_per_s: load.per_s,
    p50_ms: load.p50_ms,
    p99_ms: load.p99_ms,
    idle_per_s: idle.per_s,
    idle_p50_ms: idle.p50_ms,
    idle_p99_ms: idle.p99_ms,
  };
}

const noLatencies = {
  load_per_s: null,
  p50_ms: null,
  p99_ms: null,
  idle_per_s: null,
  idle_p50_ms: null,
  idle_p99_ms: null,
};

async function measureSteady(settled: Settled, { filler, records, seconds }: Source, perS: number): Promise<Latency> {
  say(`  latency at ${perS} records/s`);
  const { total: before } = await readProgress(settled.sql, "next_offset");
  const untilDecided = (sent: number) => progressTo(settled.sql, "next_offset", before + sent);
  const send = () => filler.pace(records, perS, warmUpMs + seconds * 1_000);
  return measureLatency(settled, send, { warmUpMs, untilDecided });
}

/** The size of a record's value, on average over the first thousand. */
function recordBytes(narrow: boolean): number {
  const records = new Records({ seed, expected: 1_000, narrow });
  const bytes = Array.from({ length: 1_000 }, () => Buffer.byteLength(records.next().value));
  return Math.round(bytes.reduce((sum, each) => sum + each, 0) / bytes.length);
}

async function machine(sql: Database): Promise<ScorerFigures["machine"]> {
  const [row] = await sql<{ postgres: string; synchronous_commit: string; fsync: string }[]>`
    select current_setting('server_version') as postgres, current_setting('synchronous_commit') as synchronous_commit,
      current_setting('fsync') as fsync`;
  if (!row) throw new Error("Settings give a row.");
  const memory_gib = Math.round(totalmem() / 2 ** 30);
  return { cpus: availableParallelism(), memory_gib, node: process.versions.node, ...row };
}
