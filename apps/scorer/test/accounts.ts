import type { Metrics } from "@scoreline/telemetry";

/** Where the records of a topic are, as a scrape says. */
export type Accounts = { received: number; settled: number; returned: number; inFlight: number };

/** Scrapes `metrics` and gives what they say of a topic. */
export async function accountsOf(metrics: Metrics, topic: string): Promise<Accounts> {
  const { body } = await metrics.expose();
  const sum = (name: string) =>
    body
      .split("\n")
      .filter((line) => line.startsWith(`scoreline_scorer_records_${name}{topic="${topic}"`))
      .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  return {
    received: sum("received_total"),
    settled: sum("settled_total"),
    returned: sum("returned_total"),
    inFlight: sum("in_flight"),
  };
}
