import { readFileSync } from "node:fs";
import { pidOf } from "@scoreline/stack";
import { say } from "../../src/terminal.ts";
import { progressRate, ratio } from "../figures.ts";
import type { PolicyName } from "../section.ts";
import { type CopyRates, copyRates } from "./copy.ts";
import { cpuBetween, cpuSeconds, peakRssMib } from "./proc.ts";
import { progressTo } from "./progress.ts";
import { receivedBy, type ScorerProcess, withScorers } from "./scorers.ts";
import { scraping } from "./scrape.ts";
import { type BenchStack, type FreshStores, withFreshStores } from "./stack.ts";

/** What is decided, and by how many processes. `records` are on the topic before the first of them starts. */
export type Run = {
  policy: PolicyName;
  records: number;
  narrow: boolean;
  processes: number;
  /** Variables of the scorers beside those of a local stack. */
  settings?: Readonly<Record<string, string>>;
  /** How often their metrics are read while they decide; never unless told. */
  scrapeEveryMs?: number;
};

export type ScorerRates = {
  durable_decisions_per_s: number;
  /** From the last commit until everything had reached MongoDB and the output topics. */
  projected_after_s: number;
  /** Of the process that took the most. */
  peak_rss_mib: number | null;
  /** What each process took from Kafka, as shares of all. */
  shares: number[];
  /** Until the last commit: what the decisions themselves took, in CPU seconds. */
  cpu_s: Record<"scorer" | "kafka" | "postgres" | "mongo", number> | null;
};

/** What can still be measured while the scorers run, with everything decided and projected. */
export type Settled = FreshStores & { rates: ScorerRates };

const scoreTable = "credit_scores";
const narrowTable = "narrow_scores";

/** Lets scorers decide the topic's records on fresh stores, and measures it; then does `further` beside them. */
export function measureScorers<Result>(
  stack: BenchStack,
  run: Run,
  further: (settled: Settled) => Promise<Result>,
): Promise<Result> {
  const { records, processes, policy } = run;
  return withFreshStores(stack, policy, async (stores) => {
    await stores.sql`checkpoint`;
    const { home } = stack;
    const servers = () => cpuSeconds({ kafka: pid("kafka"), postgres: pid("postgres"), mongo: pid("mongo") });
    const pid = (name: string) => pidOf(home, name) ?? 0;
    const before = servers();
    say(`  ${processes} ${processes === 1 ? "scorer" : "scorers"} on ${records} records, ${policy} policy`);
    const { narrow, settings = {}, scrapeEveryMs } = run;
    return withScorers({ home, env: stores.env, count: processes, narrow, settings }, async (starting) => {
      const scrapes = scrapeEveryMs === undefined ? undefined : scraping(starting, scrapeEveryMs);
      const decided = progressTo(stores.sql, "next_offset", records);
      // Whichever fails first is told.
      const [scorers] = await explained(starting, Promise.all([starting, decided])).finally(() => scrapes?.stop());
      const { perS, toMs } = progressRate(await decided, records);
      const taken = cpuBetween(before, servers());
      const scorer = cpuBetween({ scorer: 0 }, scorerSeconds(scorers));
      const projected = await explained(starting, progressTo(stores.sql, "projected_offset", records));
      const peaks = scorers.map(({ pid }) => peakRssMib(pid)).filter((mib) => mib !== null);
      const rates: ScorerRates = {
        durable_decisions_per_s: perS,
        projected_after_s: Math.max(0, ratio((projected.at(-1)?.atMs ?? toMs) - toMs, 1_000)),
        peak_rss_mib: peaks.length === scorers.length ? Math.max(...peaks) : null,
        shares: (await receivedBy(scorers)).map((received) => ratio(received, records)),
        cpu_s: taken && scorer && { ...scorer, ...taken },
      };
      say(`  ${rates.durable_decisions_per_s} durable decisions/s`);
      return further({ ...stores, rates });
    });
  });
}

/** The rows of the table that the scorers filled, one for each record, copied into an identical one. */
export function measureCopy({ env }: FreshStores, { narrow, records }: Run): Promise<CopyRates> {
  say("  COPY of the same rows");
  return copyRates(env.CREDITDB_URL, narrow ? narrowTable : scoreTable, records);
}

function scorerSeconds(scorers: readonly ScorerProcess[]): Record<"scorer", number> | null {
  const seconds = scorers.map(({ pid }) => cpuSeconds({ scorer: pid })?.scorer);
  return seconds.includes(undefined) ? null : { scorer: seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
}

const logLinesMax = 10;

/** The work's result; an error ends with what the scorers logged last, since their logs are removed with the stack. */
async function explained<Result>(starting: Promise<ScorerProcess[]>, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const scorers = await starting.catch(() => []);
    const said = scorers.map(({ name, logFile }) => {
      return `${name}: ${readFileSync(logFile, "utf8").trim().split("\n").slice(-logLinesMax).join("\n")}`;
    });
    throw new Error([error instanceof Error ? error.message : String(error), ...said].join("\n"), { cause: error });
  }
}
