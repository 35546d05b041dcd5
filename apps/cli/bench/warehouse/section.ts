import { say } from "../../src/terminal.ts";
import { perSecond, ratio } from "../figures.ts";
import { connectFiller, type Filler } from "../scorer/fill.ts";
import { measureScorers, type Settled } from "../scorer/measure.ts";
import { progressTo } from "../scorer/progress.ts";
import { Records } from "../scorer/records.ts";
import { type BenchStack, withStack } from "../scorer/stack.ts";
import type { BenchOptions, Section } from "../section.ts";
import { type BuildFigures, runBuild } from "./build.ts";
import { type PandasFigures, pandasPython, runPandas } from "./pandas.node.ts";
import { linesOf } from "./report.ts";

const seed = 1;
/** What comes on top before the second run, at most. */
const laterRecordsMax = 10_000;

export type WarehouseFigures = {
  records: number;
  later_records: number;
  first: BuildFigures & { rows_per_s: number };
  incremental: BuildFigures & { rows_per_s: number };
  pandas: PandasFigures & { rows_per_s: number };
  /** Once more with the later records: such a job makes its table anew. */
  pandas_again: PandasFigures & { rows_per_s: number };
  /** How many times as fast as pandas; below 1 is slower. The whole of a tested build is set beside its one table. */
  first_ratio: number;
  /** The load and the fact table alone beside the same table by pandas. */
  load_and_fact_ratio: number;
  incremental_ratio: number;
};

/**
 * From decisions in creditdb to tested marts, first all of them and then some more on top; beside it a pandas job that makes
 * the fact table of the same rows, in the same run, so that the ratios mean something where the seconds do not.
 */
export const warehouseSection: Section = {
  name: "warehouse",
  async measure(options) {
    const python = await pandasPython();
    const figures = await withStack(async (stack) => {
      const filler = await connectFiller(stack.env.KAFKA_BROKERS);
      try {
        return await measureAll(stack, filler, { ...options, python });
      } finally {
        await filler.close();
      }
    });
    return { json: figures, lines: linesOf(figures) };
  },
};

type Options = BenchOptions & { python: string };

async function measureAll(stack: BenchStack, filler: Filler, options: Options): Promise<WarehouseFigures> {
  const { records: count, policy = "default", python } = options;
  const later = Math.min(laterRecordsMax, Math.ceil(count / 10));
  const records = new Records({ seed, expected: count + later, narrow: false });
  say(`  producing ${count} records`);
  await filler.fill(records, count);
  return measureScorers(stack, { policy, records: count, narrow: false, processes: 1 }, async (settled) => {
    const first = await build(stack, settled);
    const pandas = await compare(python, settled);
    say(`  ${later} records on top`);
    await filler.fill(records, later);
    await progressTo(settled.sql, "projected_offset", count + later);
    const incremental = await build(stack, settled);
    const again = await compare(python, settled);
    return {
      ...{ records: count, later_records: later, first, incremental, pandas, pandas_again: again },
      first_ratio: ratio(pandas.total_s, first.total_s),
      load_and_fact_ratio: ratio(pandas.total_s, first.load_and_fact_s),
      incremental_ratio: ratio(again.total_s, incremental.total_s),
    };
  });
}

async function build({ home }: BenchStack, { env, sql }: Settled) {
  say("  loading, building and testing the warehouse");
  await sql`checkpoint`;
  const figures = await runBuild(home, env);
  return { ...figures, rows_per_s: perSecond(figures.rows, figures.total_s * 1_000) };
}

async function compare(python: string, { env, sql }: Settled) {
  say("  the fact table by pandas");
  await sql`checkpoint`;
  const figures = await runPandas(python, env);
  return { ...figures, rows_per_s: perSecond(figures.rows, figures.total_s * 1_000) };
}
