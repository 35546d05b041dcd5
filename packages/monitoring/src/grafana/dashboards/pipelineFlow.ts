import { buckets, series } from "../../promql.ts";
import { colours } from "../bounds.ts";
import { type Context, orNone } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { heat, lanes } from "../panels/overTime.ts";
import { signals, signalsNow } from "../panels/panel.ts";
import { bucketsOverTime, metric, metricNow } from "../query.ts";
import { units } from "../units.ts";

const ofTopic = { topic: "=~$topic" };
const chosen = '{topic=~"$topic"}';
const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;
const quantile = (share: number, by: string, selector: string) =>
  `histogram_quantile(${share}, sum by (${by}le) (${rate(selector)}))`;

/** The stream: the records' way from the door to their decision. */
export function flowSections(context: Context): Section[] {
  return [glance(context), throughput(), lag(context), latency(context), partitions(context), stands(context)];
}

function glance({ alert, thresholds }: Context): Section {
  const [stalled, growing, letters] = [
    alert("ScorerStalled"),
    alert("ConsumerLagGrowing"),
    alert("DeadLettersGrowing"),
  ];
  return {
    title: "At a glance",
    panels: [
      figure({
        title: "Received",
        description: "Records that the scorer takes from Kafka a second, over all topics.",
        unit: units.perSecond,
        width: 4,
        queries: [metric("sum(topic:scoreline_records_received:rate1m)", "received")],
      }),
      figure({
        title: "Decided",
        description:
          "Records settled a second, refused ones aside. Act when it is 0 while records wait: the runbook ScorerStalled.",
        unit: units.perSecond,
        width: 4,
        shows: [stalled],
        queries: signals([stalled], "settled"),
      }),
      figure({
        title: "Waiting",
        description:
          "Records that are on the topics and not decided. A burst may wait; what grows for minutes may not.",
        unit: units.count,
        width: 4,
        queries: [metric("sum(topic:scoreline_lag_records:sum)", "records")],
      }),
      figure({
        title: "Oldest undecided",
        description: "Age of the oldest record that waits. Act when it is past the bound and rises.",
        unit: units.seconds,
        width: 4,
        bounds: [{ value: thresholds.consumer_lag.above_seconds, colour: colours.bad, from: "above" }],
        queries: [metricNow(`max(${growing.signal})`, "age")],
      }),
      figure({
        title: "Decision latency, p99",
        description:
          "Of a hundred decisions of the last minute the slowest, on the slowest topic. Nothing: none was made.",
        unit: units.seconds,
        width: 4,
        bounds: [{ value: thresholds.slo.decision_latency.seconds, colour: colours.warning, from: "above" }],
        queries: [metric("max(topic:scoreline_decision_latency_seconds:p99_1m)", "p99")],
      }),
      figure({
        title: `Dead letters in ${thresholds.dead_letters.window}`,
        description:
          "Records that lay on a topic and failed there. Past the bound a producer writes what it should not.",
        unit: units.count,
        width: 4,
        decimals: 0,
        shows: [letters],
        queries: signalsNow([letters], "letters"),
      }),
    ],
  };
}

function throughput(): Section {
  return {
    title: "Throughput",
    panels: [
      lines({
        title: "Received by topic",
        description: "Records taken from Kafka a second. A topic that falls to 0 has no producer, or no scorer.",
        unit: units.perSecond,
        width: 12,
        queries: [metric(`topic:scoreline_records_received:rate1m${chosen}`, "{{topic}}")],
      }),
      lines({
        title: "Settled by topic and outcome",
        description: "Records committed a second: scored, duplicate, failed or skipped. It follows what is received.",
        unit: units.perSecond,
        width: 12,
        queries: [metric(`topic_outcome:scoreline_records_settled:rate1m${chosen}`, "{{topic}} {{outcome}}")],
      }),
      lines({
        title: "At the door",
        description:
          "Applications and card transactions over HTTP by what became of them. Watch refusals after a release.",
        unit: units.perSecond,
        width: 8,
        queries: [
          metric(`sum by (outcome) (${rate(series("applicationsReceived"))})`, "applications {{outcome}}"),
          metric(`sum by (outcome) (${rate(series("transactionsReceived"))})`, "transactions {{outcome}}"),
        ],
      }),
      lines({
        title: "In flight",
        description:
          "Records in the scorers' hands. A line that stays level above 0 while nothing is settled is a hang.",
        unit: units.count,
        width: 8,
        queries: [metric(`sum by (topic) (${series("recordsInFlight", ofTopic)})`, "{{topic}}")],
      }),
      lines({
        title: "Given back at a rebalance",
        description: "Records given up with their partition before their commit; the next holder reads them again.",
        unit: units.perSecond,
        width: 8,
        queries: [metric(`sum by (topic) (${rate(series("recordsReturned", ofTopic))})`, "{{topic}}")],
      }),
    ],
  };
}

function lag({ alert }: Context): Section {
  const growing = alert("ConsumerLagGrowing");
  return {
    title: "Lag",
    panels: [
      lines({
        title: "Age of the oldest undecided record",
        description:
          "By topic, with the bound. Past it and rising the scorer does not keep up: the runbook ConsumerLagGrowing.",
        unit: units.seconds,
        width: 12,
        shows: [growing],
        queries: signals([growing], "{{topic}}"),
      }),
      lines({
        title: "Records that wait, by topic",
        description: "The backlog in records; its slope tells how long the rest will take.",
        unit: units.count,
        width: 12,
        queries: [metric(`topic:scoreline_lag_records:sum${chosen}`, "{{topic}}")],
      }),
      lines({
        title: "Age by partition",
        description: "One partition far above the rest: one key that sends too much, or a partition that stands still.",
        unit: units.seconds,
        width: 12,
        queries: [metric(`max by (topic, partition) (${series("lagSeconds", ofTopic)})`, "{{topic}}/{{partition}}")],
      }),
      lines({
        title: "Records that wait, by partition",
        description: "How the backlog is spread. Uneven for long: look at the key of the producer.",
        unit: units.count,
        width: 12,
        queries: [metric(`sum by (topic, partition) (${series("lag", ofTopic)})`, "{{topic}}/{{partition}}")],
      }),
    ],
  };
}

function latency({ thresholds }: Context): Section {
  const { seconds } = thresholds.slo.decision_latency;
  return {
    title: "Latency",
    panels: [
      lines({
        title: "Decision latency",
        description:
          "From the broker's time to the durable decision. The line is the objective's: p99 past it burns the budget.",
        unit: units.seconds,
        width: 12,
        bounds: [{ value: seconds, colour: colours.warning, from: "above" }],
        queries: [
          metric(`topic:scoreline_decision_latency_seconds:p50_1m${chosen}`, "{{topic}} p50"),
          metric(`topic:scoreline_decision_latency_seconds:p99_1m${chosen}`, "{{topic}} p99"),
        ],
      }),
      heat({
        title: "Decision latency, all decisions",
        description:
          "How many decisions took how long. Two bands are two causes: look at what the slower one has in common.",
        unit: units.seconds,
        width: 12,
        queries: [bucketsOverTime(`sum by (le) (increase(${buckets("decisionLatency", ofTopic)}[$__rate_interval]))`)],
      }),
      lines({
        title: "Batch duration by step, p99",
        description: "Which step of a batch takes the time: the store, the engine, or the way to the broker.",
        unit: units.seconds,
        width: 12,
        queries: [metric(quantile(0.99, "step, ", buckets("batchDuration")), "{{step}}")],
      }),
      lines({
        title: "Wait of a synchronous request",
        description: "From the acknowledgement to the commit that decides, for callers of the fraud check.",
        unit: units.seconds,
        width: 12,
        queries: [
          metric(quantile(0.5, "", buckets("fraudCheckWait")), "p50"),
          metric(quantile(0.99, "", buckets("fraudCheckWait")), "p99"),
        ],
      }),
    ],
  };
}

function partitions({ alert }: Context): Section {
  const [stopped, waiting, refused] = [
    alert("PartitionStopped"),
    alert("PolicyUnavailable"),
    alert("PolicyVersionRefused"),
  ];
  return {
    title: "Kafka",
    panels: [
      lines({
        title: "Partitions held",
        description:
          "By topic, over all scorers. Fewer than the topic has: a scorer is gone and its partitions are not taken over.",
        unit: units.count,
        width: 6,
        queries: [metric(`sum by (topic) (${series("assignedPartitions", ofTopic)})`, "{{topic}}")],
      }),
      lines({
        title: "Partitions stopped",
        description: "Their source or the database does not fit. Any one needs a person: the log says which and why.",
        unit: units.count,
        width: 6,
        shows: [stopped],
        queries: signals([stopped], "{{topic}}"),
      }),
      lines({
        title: "Partitions that wait for a policy",
        description:
          "They have records and no version that may decide them. For longer than a minute: look at the catalogue.",
        unit: units.count,
        width: 6,
        shows: [waiting],
        queries: signals([waiting], "{{topic}}"),
      }),
      lines({
        title: "Policy versions refused",
        description:
          "Published versions that a scorer cannot decide by. Update that scorer before the version comes into force.",
        unit: units.count,
        width: 6,
        shows: [refused],
        queries: signals([refused], "versions"),
      }),
      lines({
        title: "Dead letters by stage",
        description:
          "Written a second. Those of the scorer lay on a topic: mend the producer, then `scoreline redrive`.",
        unit: units.perSecond,
        width: 12,
        queries: [metric(orNone(`sum by (stage) (${rate(series("deadLetters"))})`, "stage"), "{{stage}}")],
      }),
      lines({
        title: "Sink retries",
        description: "Attempts repeated because a sink did not answer. Steady: the sink is overloaded, or away.",
        unit: units.perSecond,
        width: 12,
        queries: [metric(orNone(`sum by (sink) (${rate(series("sinkRetries"))})`, "sink"), "{{sink}}")],
      }),
    ],
  };
}

function stands({ alert }: Context): Section {
  const [target, sink] = [alert("TargetDown"), alert("SinkDown")];
  return {
    title: "What it stands on",
    panels: [
      lanes({
        title: "Processes",
        description: "Whether Prometheus reaches each process. Down: start it, or look at why it died.",
        unit: units.count,
        width: 12,
        shows: [target],
        queries: signals([target], "{{job}} {{instance}}"),
      }),
      lanes({
        title: "Dependencies",
        description: "Whether each store and the broker answer every process that stands on them.",
        unit: units.count,
        width: 12,
        shows: [sink],
        queries: signals([sink], "{{dependency}}"),
      }),
    ],
  };
}
