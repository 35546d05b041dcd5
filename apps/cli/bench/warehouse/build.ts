import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Home, StackEnv } from "@scoreline/stack";
import { z } from "zod";
import { runAppForJson } from "../../src/run.node.ts";
import { loaderEnv } from "../../src/services.ts";
import { ratio } from "../figures.ts";

/** Nodes that are named as the slowest. */
const slowestMax = 5;
const fact = "model.scoreline.fact_loan_application";

const Summary = z.object({
  loaded: z.object({ credit_scores: z.number() }),
  dbt: z.object({ tests_passed: z.number(), tests_failed: z.number() }),
  parity: z.object({ decisions: z.number(), mismatches: z.number() }),
  seconds: z.object({ load: z.number(), dbt: z.number() }),
});

// https://docs.getdbt.com/reference/artifacts/run-results-json
const Results = z.object({ results: z.array(z.object({ unique_id: z.string(), execution_time: z.number() })) });

/** A run of the warehouse. What models and tests took is the sum over dbt's threads, so more than their share of `dbt_s`. */
export type BuildFigures = {
  rows: number;
  load_s: number;
  dbt_s: number;
  total_s: number;
  models_s: number;
  tests_s: number;
  /** The load and the fact table alone: what a job does that makes this table and tests nothing. */
  load_and_fact_s: number;
  slowest: { name: string; s: number }[];
  tests_passed: number;
  decisions_compared: number;
};

/** Loads, builds and tests the warehouse as `scoreline warehouse` does. Throws when a test is red or a decision differs. */
export async function runBuild(home: Home, env: StackEnv): Promise<BuildFigures> {
  const settings = loaderEnv(home, env);
  const { loaded, dbt, parity, seconds } = Summary.parse(await runAppForJson("loader", ["run"], settings));
  if (parity.mismatches > 0) throw new Error(`${parity.mismatches} decisions differ`);
  const file = join(settings.SCORELINE_STATE_DIR ?? "", "dbt", "target", "run_results.json");
  return {
    rows: loaded.credit_scores,
    load_s: seconds.load,
    dbt_s: seconds.dbt,
    total_s: ratio(seconds.load + seconds.dbt, 1),
    ...timesOf(JSON.parse(readFileSync(file, "utf8")), seconds.load),
    tests_passed: dbt.tests_passed,
    decisions_compared: parity.decisions,
  };
}

/** Where dbt's time went, from its `run_results.json`. */
export function timesOf(
  artefact: unknown,
  load_s: number,
): Pick<BuildFigures, "models_s" | "tests_s" | "load_and_fact_s" | "slowest"> {
  const { results } = Results.parse(artefact);
  const sum = (kind: string) =>
    results
      .filter(({ unique_id }) => unique_id.startsWith(kind))
      .reduce((total, { execution_time }) => total + execution_time, 0);
  const slowest = results.toSorted((a, b) => b.execution_time - a.execution_time).slice(0, slowestMax);
  return {
    models_s: ratio(sum("model."), 1),
    tests_s: ratio(sum("test."), 1),
    load_and_fact_s: ratio(load_s + (results.find(({ unique_id }) => unique_id === fact)?.execution_time ?? 0), 1),
    slowest: slowest.map(({ unique_id, execution_time }) => {
      return { name: unique_id.split(".")[2] ?? unique_id, s: ratio(execution_time, 1) };
    }),
  };
}
