import { errorRatio, recordings } from "../../rules/recording.ts";
import type { Alert } from "../../rules/rule.ts";
import type { Thresholds } from "../../thresholds.ts";
import { colours } from "../bounds.ts";
import type { Context } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import type { Panel } from "../panels/panel.ts";
import { metric, metricNow } from "../query.ts";
import { units } from "../units.ts";

type Objective = "availability" | "decision_latency";
type Burn = Thresholds["slo"]["burns"][number];

/** The period of the objectives; error budgets are of it. */
const period = "30d";

const names = {
  availability: {
    title: "Availability",
    alert: "AvailabilityBudgetBurning",
    what: "requests that did not fail on our side",
  },
  decision_latency: { title: "Latency", alert: "LatencyBudgetBurning", what: "decisions that were made in time" },
} as const;
const objectives: Objective[] = ["availability", "decision_latency"];

/** Both objectives: how they stand, what is left of their budgets, and how fast these burn. */
export function objectiveSections({ alert, thresholds }: Context): Section[] {
  const { burns } = thresholds.slo;
  return [
    { title: "Objectives", panels: objectives.flatMap((objective) => standing(objective, thresholds)) },
    ...objectives.map((objective) => ({
      title: `${names[objective].title}: how fast the budget burns`,
      panels: burns.map((burn) =>
        burnRate(objective, burn, alert(`${names[objective].alert}${burn.long}`), burns.length),
      ),
    })),
  ];
}

/** An objective's error ratio over its whole period, by volume, as the recording rules have it over their windows. */
function overPeriod(objective: Objective, thresholds: Thresholds): string {
  const window = thresholds.slo.burns[0]?.long ?? "1h";
  const recorded = recordings(thresholds).find(({ record }) => record === errorRatio(objective, window));
  if (recorded === undefined) throw new Error(`${errorRatio(objective, window)} is not recorded`);
  return recorded.expr.replaceAll(`[${window}]`, `[${period}]`);
}

function standing(objective: Objective, thresholds: Thresholds): Panel[] {
  const { title, what } = names[objective];
  const share = thresholds.slo[objective].objective;
  const errors = `(${overPeriod(objective, thresholds)})`;
  return [
    figure({
      title: `${title} over ${period}`,
      description: `The share of ${what}; the objective is ${percent(share)}. Only what Prometheus still holds counts.`,
      unit: units.share,
      width: 6,
      decimals: 3,
      bounds: [{ value: share, colour: colours.bad, from: "below" }],
      queries: [metricNow(`1 - ${errors}`, title.toLowerCase())],
    }),
    figure({
      title: `${title}: error budget left`,
      description: `Of ${period}. At 0 the objective is missed: no release that is not a repair until it has recovered.`,
      unit: units.share,
      width: 6,
      decimals: 1,
      bounds: [
        { value: 0, colour: colours.bad, from: "below" },
        { value: 0.25, colour: colours.warning, from: "below" },
      ],
      queries: [metricNow(`1 - ${errors} / ${rounded(1 - share)}`, "left")],
    }),
  ];
}

function burnRate(objective: Objective, burn: Burn, shown: Alert, panels: number): Panel {
  const { long, short, rate } = burn;
  return lines({
    title: `${names[objective].title}: errors over ${long}`,
    description: `With the short window of ${short}. Both past the line, ${rate} times what the objective allows: ${shown.name}.`,
    unit: units.share,
    width: Math.max(6, Math.floor(24 / panels)),
    shows: [shown],
    queries: [metric(shown.signal, long), metric(errorRatio(objective, short), short)],
  });
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
