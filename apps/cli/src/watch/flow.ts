import { topics } from "@scoreline/contracts";
import { catalogue } from "@scoreline/telemetry";
import type { Sample } from "./exposition.ts";
import { quantile } from "./quantile.ts";
import { largest, total, totalsBy } from "./tally.ts";

/** A topic's records on their way. Rates are a second's, over the interval; undefined where nobody tells. */
export type Flow = Record<FlowFigure, number | undefined> & { topic: string };
type FlowFigure =
  | "acceptedPerSecond"
  | "refusedPerSecond"
  | "receivedPerSecond"
  | "scoredPerSecond"
  | "inFlight"
  | "lagRecords"
  | "lagSeconds"
  | "p50Seconds"
  | "p99Seconds";

/** What was read now, what counters grew by since the reading before, and that by the second. */
export type Figures = { now: readonly Sample[]; grown: readonly Sample[]; rates: readonly Sample[] };

const intakes: Readonly<Record<string, string>> = {
  [topics.creditApplications.name]: catalogue.applicationsReceived.name,
  [topics.transactions.name]: catalogue.transactionsReceived.name,
};

/** A topic's figures, summed over all scorers; the lag in seconds is that of the partition furthest behind. */
export function flowOf(topic: string, { now, grown, rates }: Figures): Flow {
  const intake = intakes[topic] ?? "";
  const accepted = total(rates, intake, { outcome: "accepted" });
  const latencies = totalsBy(grown, `${catalogue.decisionLatency.name}_bucket`, "le", { topic });
  return {
    topic,
    acceptedPerSecond: accepted,
    refusedPerSecond: accepted === undefined ? undefined : (total(rates, intake) ?? 0) - accepted,
    receivedPerSecond: total(rates, catalogue.recordsReceived.name, { topic }),
    scoredPerSecond: total(rates, catalogue.recordsSettled.name, { topic, outcome: "scored" }),
    inFlight: total(now, catalogue.recordsInFlight.name, { topic }),
    lagRecords: total(now, catalogue.lag.name, { topic }),
    lagSeconds: largest(now, catalogue.lagSeconds.name, { topic }),
    p50Seconds: quantile(0.5, latencies),
    p99Seconds: quantile(0.99, latencies),
  };
}
