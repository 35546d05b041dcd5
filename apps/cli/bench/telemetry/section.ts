import { say } from "../../src/terminal.ts";
import { median, ratio } from "../figures.ts";
import { connectFiller } from "../scorer/fill.ts";
import { measureScorers, type ScorerRates } from "../scorer/measure.ts";
import { Records } from "../scorer/records.ts";
import { type BenchStack, withStack } from "../scorer/stack.ts";
import type { BenchOptions, PolicyName, Section } from "../section.ts";
import { withCollector } from "./collector.node.ts";
import { linesOf } from "./report.ts";

const seed = 1;
/** As Prometheus does. */
const scrapeEveryMs = 5_000;

/**
 * How the scorers run: without telemetry; as they do unless told, and scraped; and with a place to send traces to besides.
 * The records carry no trace, as most do not.
 */
export const modes = ["off", "on", "traced"] as const;
export type Mode = (typeof modes)[number];

type Rates = Pick<ScorerRates, "durable_decisions_per_s" | "cpu_s">;

/** The rates of one mode's runs, in the order they ran; CPU seconds of the scorer where the system tells them. */
export type ModeFigures = { durable_decisions_per_s: number[]; median_per_s: number; cpu_s: number[] | null };

/** A mode beside `off`. */
export type Cost = {
  /** What is left of the rate, round by round. */
  ratio_min: number;
  ratio_median: number;
  /** Of the best run to the best without: the least disturbed by what else the machine did. */
  ratio_best: number;
  /** The scorer's CPU time to that without, by medians; above 1 is dearer. */
  cpu_ratio: number | null;
};

export type TelemetryFigures = {
  records: number;
  policy: PolicyName;
  rounds: number;
  off: ModeFigures;
  on: ModeFigures & Cost;
  traced: ModeFigures & Cost;
};

/**
 * What telemetry costs the scorer: the same records decided in each mode by turns, on one stack. The machine's own drift
 * meets all alike, for each round goes the other way than the one before.
 */
export const telemetrySection: Section = {
  name: "telemetry",
  async measure(options) {
    const figures = await withStack((stack) => measureAll(stack, options));
    return { json: figures, lines: linesOf(figures) };
  },
};

async function measureAll(stack: BenchStack, options: BenchOptions): Promise<TelemetryFigures> {
  const { records: count, rounds, policy = "default" } = options;
  const filler = await connectFiller(stack.env.KAFKA_BROKERS);
  try {
    say(`  producing ${count} records`);
    await filler.fill(new Records({ seed, expected: count, narrow: false }), count);
  } finally {
    await filler.close();
  }
  return withCollector(async (collectorUrl) => {
    const runs = {
      off: { settings: { SCORER_TELEMETRY: "off" } },
      on: { scrapeEveryMs },
      traced: { settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl }, scrapeEveryMs },
    };
    const rates: Record<Mode, ScorerRates[]> = { off: [], on: [], traced: [] };
    for (const mode of orderOf(rounds)) {
      say(`  telemetry ${mode}`);
      const run = { policy, records: count, narrow: false, processes: 1, ...runs[mode] };
      rates[mode].push(await measureScorers(stack, run, async (settled) => settled.rates));
    }
    return { records: count, policy, rounds, ...figuresOf(rates) };
  });
}

/** off on traced, traced on off, off on traced, … */
export function orderOf(rounds: number): Mode[] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? modes : modes.toReversed())).flat();
}

/** The figures of runs of all modes, as many of each. */
export function figuresOf(rates: Record<Mode, readonly Rates[]>): Pick<TelemetryFigures, Mode> {
  const [off, on, traced] = modes.map((mode) => modeFigures(rates[mode])) as [ModeFigures, ModeFigures, ModeFigures];
  return { off, on: { ...on, ...costOf(on, off) }, traced: { ...traced, ...costOf(traced, off) } };
}

function costOf(mode: ModeFigures, off: ModeFigures): Cost {
  const ratios = mode.durable_decisions_per_s.map((rate, round) => rate / (off.durable_decisions_per_s[round] ?? 0));
  return {
    ratio_min: ratio(Math.min(...ratios), 1),
    ratio_median: ratio(median(ratios), 1),
    ratio_best: ratio(Math.max(...mode.durable_decisions_per_s), Math.max(...off.durable_decisions_per_s)),
    cpu_ratio: mode.cpu_s && off.cpu_s && ratio(median(mode.cpu_s), median(off.cpu_s)),
  };
}

function modeFigures(runs: readonly Rates[]): ModeFigures {
  const perS = runs.map(({ durable_decisions_per_s }) => durable_decisions_per_s);
  const cpu = runs.flatMap(({ cpu_s }) => (cpu_s ? [cpu_s.scorer] : []));
  return {
    durable_decisions_per_s: perS,
    median_per_s: Math.round(median(perS)),
    cpu_s: cpu.length === runs.length ? cpu : null,
  };
}
