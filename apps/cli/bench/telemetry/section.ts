import { say } from "../../src/terminal.ts";
import { median, ratio } from "../figures.ts";
import { connectFiller } from "../scorer/fill.ts";
import { measureScorers, type ScorerRates } from "../scorer/measure.ts";
import { Records } from "../scorer/records.ts";
import { type BenchStack, withStack } from "../scorer/stack.ts";
import type { BenchOptions, PolicyName, Section } from "../section.ts";
import { linesOf } from "./report.ts";

const seed = 1;
/** As Prometheus does. */
const scrapeEveryMs = 5_000;

/** How the scorers run: without telemetry, or as they do unless told, and scraped. */
const modes = {
  off: { settings: { SCORER_TELEMETRY: "off" } },
  on: { settings: {}, scrapeEveryMs },
} as const;

export type Mode = keyof typeof modes;

/** The rates of one mode's runs, in the order they ran; CPU seconds of the scorer where the system tells them. */
export type ModeFigures = { durable_decisions_per_s: number[]; median_per_s: number; cpu_s: number[] | null };

export type TelemetryFigures = Record<Mode, ModeFigures> & {
  records: number;
  policy: PolicyName;
  pairs: number;
  /** What is left of the rate with telemetry on, pair by pair. */
  ratio_min: number;
  ratio_median: number;
  /** Of the best run with it to the best without: the least disturbed by what else the machine did. */
  ratio_best: number;
  /** CPU time of the scorer with it to that without, by medians; above 1 is dearer. */
  cpu_ratio: number | null;
};

/**
 * What metrics cost the scorer: the same records decided with telemetry and without, in turn, on one stack. The machine's
 * own drift meets both alike, for each pair begins with the mode that the one before ended with.
 */
export const telemetrySection: Section = {
  name: "telemetry",
  async measure(options) {
    const figures = await withStack((stack) => measureAll(stack, options));
    return { json: figures, lines: linesOf(figures) };
  },
};

async function measureAll(stack: BenchStack, options: BenchOptions): Promise<TelemetryFigures> {
  const { records: count, pairs, policy = "default" } = options;
  const filler = await connectFiller(stack.env.KAFKA_BROKERS);
  try {
    say(`  producing ${count} records`);
    await filler.fill(new Records({ seed, expected: count, narrow: false }), count);
  } finally {
    await filler.close();
  }
  const rates: Record<Mode, ScorerRates[]> = { off: [], on: [] };
  for (const mode of orderOf(pairs)) {
    say(`  telemetry ${mode}`);
    const run = { policy, records: count, narrow: false, processes: 1, ...modes[mode] };
    rates[mode].push(await measureScorers(stack, run, async (settled) => settled.rates));
  }
  return { records: count, policy, pairs, ...figuresOf(rates) };
}

/** off on, on off, off on, … */
export function orderOf(pairs: number): Mode[] {
  return Array.from({ length: pairs }, (_, pair): Mode[] => (pair % 2 === 0 ? ["off", "on"] : ["on", "off"])).flat();
}

/** The figures of runs of both modes, as many of each. */
export function figuresOf(
  rates: Record<Mode, readonly Pick<ScorerRates, "durable_decisions_per_s" | "cpu_s">[]>,
): Omit<TelemetryFigures, "records" | "policy" | "pairs"> {
  const [off, on] = [modeFigures(rates.off), modeFigures(rates.on)];
  const ratios = on.durable_decisions_per_s.map((rate, pair) => rate / (off.durable_decisions_per_s[pair] ?? 0));
  return {
    off,
    on,
    ratio_min: ratio(Math.min(...ratios), 1),
    ratio_median: ratio(median(ratios), 1),
    ratio_best: ratio(Math.max(...on.durable_decisions_per_s), Math.max(...off.durable_decisions_per_s)),
    cpu_ratio: on.cpu_s && off.cpu_s && ratio(median(on.cpu_s), median(off.cpu_s)),
  };
}

function modeFigures(runs: readonly Pick<ScorerRates, "durable_decisions_per_s" | "cpu_s">[]): ModeFigures {
  const perS = runs.map(({ durable_decisions_per_s }) => durable_decisions_per_s);
  const cpu = runs.flatMap(({ cpu_s }) => (cpu_s ? [cpu_s.scorer] : []));
  return { durable_decisions_per_s: perS, median_per_s: median(perS), cpu_s: cpu.length === runs.length ? cpu : null };
}
