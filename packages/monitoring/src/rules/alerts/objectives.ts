import { durationOf, secondsOf, type Thresholds } from "../../thresholds.ts";
import { errorRatio } from "../recording.ts";
import type { Alert, Case } from "../rule.ts";

type Burn = Thresholds["slo"]["burns"][number];

const requests = (status: string) =>
  `scoreline_http_requests_total{app="ingest",method="POST",route="/v1/applications",status="${status}"}`;
const slow = (le: string) =>
  `scoreline_decision_latency_seconds_bucket{app="scorer",topic="credit_applications",le="${le}"}`;
const latencyCount = 'scoreline_decision_latency_seconds_count{app="scorer",topic="credit_applications"}';

/**
 * Whether the error budgets last. Each pair of windows is an alert: the long one says that it matters, the short one that it
 * still goes on, so that it ends soon after its cause. `written` are those of the file.
 */
export function objectiveAlerts({ slo }: Thresholds, written: Thresholds): Alert[] {
  return slo.burns.flatMap((burn, index) => {
    const windows = written.slo.burns[index] ?? burn;
    return [
      burnAlert("availability", burn, windows, slo.availability.objective),
      burnAlert("decision_latency", burn, windows, slo.decision_latency.objective),
    ];
  });
}

const texts = {
  availability: {
    name: "AvailabilityBudgetBurning",
    summary: "Requests fail too often for the availability objective",
    what: "of the requests fail on our side",
  },
  decision_latency: {
    name: "LatencyBudgetBurning",
    summary: "Decisions are too slow for the latency objective",
    what: "of the decisions are late",
  },
} as const;

function burnAlert(objective: keyof typeof texts, burn: Burn, written: Burn, share: number): Alert {
  const { name, summary, what } = texts[objective];
  const bound = Number((burn.rate * (1 - share)).toPrecision(6));
  return {
    name: `${name}${written.long}`,
    runbook: name,
    severity: burn.severity,
    signal: errorRatio(objective, written.long),
    fires: `> ${bound}`,
    gate: `${errorRatio(objective, written.short)} > ${bound} and ${halfFull(objective, burn, written)}`,
    for: burn.for,
    summary,
    description: `In ${written.long}, {{ $value | humanizePercentage }} ${what}: ${written.rate} times what the objective allows.`,
    cases: casesOf(objective, written, bound, what),
  };
}

/** A window that began just now says nothing of its length: there must have been something to judge half of it ago. */
function halfFull(objective: keyof typeof texts, burn: Burn, written: Burn): string {
  return `${errorRatio(objective, written.short)} offset ${durationOf(secondsOf(burn.long) / 2)} >= 0`;
}

/** The step of the cases' series, as `ruleTestFile` gives it to promtool. */
const stepSeconds = 120;
const per = 100_000;

/** All cases last for longer than the long window, so that it is full of what they say. */
function casesOf(objective: keyof typeof texts, burn: Burn, bound: number, what: string): Case[] {
  const hours = Math.ceil(secondsOf(burn.long) / 3_600) + 2;
  const steps = (hours * 3_600) / stepSeconds;
  const over = Math.ceil(secondsOf(burn.short) / stepSeconds) + 15;
  const bad = Math.ceil(Math.min(bound * 2, 0.9) * per);
  const within = Math.floor((bound / 2) * per);
  const at = `${hours}h`;
  const description = `In ${burn.long}, ${percent(bad / per)} ${what}: ${burn.rate} times what the objective allows.`;
  return [
    { name: `${burn.long}: half of what it allows`, series: errors(objective, within, steps), at, fires: [] },
    {
      name: `${burn.long}: it was watched for a third of that, and bad all along`,
      series: errors(objective, bad, steps),
      at: `${Math.max(30, secondsOf(burn.long) / 180)}m`,
      fires: [],
    },
    { name: `${burn.long}: it was bad and is over`, series: errors(objective, bad, steps - over, over), at, fires: [] },
    {
      name: `${burn.long}: twice what it allows, and it goes on`,
      series: errors(objective, bad, steps),
      at,
      fires: [{ labels: {}, description }],
    },
  ];
}

/** Of `per` requests or decisions a step, `bad` are bad for `steps` and none for `goodSteps` after that. */
function errors(objective: keyof typeof texts, bad: number, steps: number, goodSteps = 0): Case["series"] {
  const good = rising([per - bad, steps], [per, goodSteps]);
  return objective === "availability"
    ? { [requests("202")]: good, [requests("503")]: rising([bad, steps], [0, goodSteps]) }
    : { [slow("1")]: good, [latencyCount]: rising([per, steps + goodSteps]) };
}

/** A counter that rises by so much at each of so many steps, and then by another amount; in promtool's notation. */
function rising(...phases: [by: number, steps: number][]): string {
  let at = 0;
  const texts = phases.map(([by, steps]) => {
    const from = at;
    at += by * (steps + 1);
    return steps === 0 ? "" : `${from}+${by}x${steps}`;
  });
  return texts.join(" ").trim();
}

/** As Prometheus' `humanizePercentage` writes it: four significant digits. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`;
}
