import { series } from "../../promql.ts";
import type { Thresholds } from "../../thresholds.ts";
import { type Alert, appJobs } from "../rule.ts";

const settled = (labels: string) => `scoreline_scorer_records_settled_total{app="scorer",${labels}}`;
const lagSeconds = 'scoreline_scorer_lag_seconds{app="scorer",topic="credit_applications",partition="0"}';
const lagRecords = 'scoreline_scorer_lag_records{app="scorer",topic="credit_applications",partition="0"}';
const accepted = 'scoreline_ingest_applications_total{app="ingest",outcome="accepted"}';
const oneSettled = settled('topic="credit_applications",outcome="scored"');

/** Whether records come through: processes, what they stand on, lag, partitions, policies. */
export function streamAlerts(thresholds: Thresholds): Alert[] {
  const { target_down, dependency_down, scorer_stalled, consumer_lag, partitions_stopped, policy_unavailable } =
    thresholds;
  return [
    {
      name: "TargetDown",
      severity: "critical",
      signal: `up{job=~"${appJobs}"}`,
      fires: "== 0",
      for: target_down.for,
      summary: "A process of Scoreline cannot be reached",
      description: "{{ $labels.job }} at {{ $labels.instance }} does not answer Prometheus.",
      cases: [
        { name: "every process answers", series: { 'up{job="scorer",instance="a:1"}': "1x20" }, at: "2m", fires: [] },
        {
          name: "a scorer is gone, and another process of Prometheus' is not ours to tell",
          series: { 'up{job="scorer",instance="a:1"}': "1x4 0x20", 'up{job="node",instance="a:2"}': "0x24" },
          at: "2m",
          fires: [
            { labels: { job: "scorer", instance: "a:1" }, description: "scorer at a:1 does not answer Prometheus." },
          ],
        },
      ],
    },
    {
      name: "SinkDown",
      severity: "critical",
      signal: `min by (dependency) (${series("dependencyUp")})`,
      fires: "== 0",
      for: dependency_down.for,
      summary: "A store or the broker is away",
      description: "{{ $labels.dependency }} does not answer a process that stands on it.",
      cases: [
        {
          name: "all answer",
          series: { 'scoreline_dependency_up{app="scorer",dependency="postgres"}': "1x20" },
          at: "2m",
          fires: [],
        },
        {
          name: "Postgres is away for one of two processes, Kafka is there",
          series: {
            'scoreline_dependency_up{app="scorer",dependency="postgres"}': "1x4 0x20",
            'scoreline_dependency_up{app="loader",dependency="postgres"}': "1x24",
            'scoreline_dependency_up{app="scorer",dependency="kafka"}': "1x24",
          },
          at: "2m",
          fires: [
            {
              labels: { dependency: "postgres" },
              description: "postgres does not answer a process that stands on it.",
            },
          ],
        },
      ],
    },
    {
      name: "ScorerStalled",
      severity: "critical",
      signal: `sum(rate(${series("recordsSettled", { topic: "!=dead_letters" })}[${scorer_stalled.window}])) or vector(0)`,
      fires: "== 0",
      gate: `((sum(${series("lag", { topic: "!=dead_letters" })}) > 0) or (sum(rate(${series("applicationsReceived", { outcome: "accepted" })}[${scorer_stalled.window}])) + sum(rate(${series("transactionsReceived", { outcome: "accepted" })}[${scorer_stalled.window}])) > 0))`,
      for: scorer_stalled.for,
      summary: "Records wait and none is decided",
      description: "Records are accepted or wait on their topics, and no scorer has settled one.",
      cases: [
        {
          name: "nothing comes and nothing is done",
          series: { [accepted]: "5x24", [oneSettled]: "5x24", [lagRecords]: "0x24" },
          at: "4m",
          fires: [],
        },
        {
          name: "what comes is decided",
          series: { [accepted]: "0+10x24", [oneSettled]: "0+10x24", [lagRecords]: "3x24" },
          at: "4m",
          fires: [],
        },
        {
          name: "records wait and the scorer does nothing",
          series: { [oneSettled]: "0+10x8 80x20", [lagRecords]: "0x8 0+50x20" },
          at: "5m",
          fires: [
            {
              labels: {},
              description: "Records are accepted or wait on their topics, and no scorer has settled one.",
            },
          ],
        },
        {
          name: "the scorer is gone and ingest goes on",
          series: {
            [accepted]: "0+10x30",
            'scoreline_ingest_transactions_total{app="ingest",outcome="accepted"}': "0x30",
            [oneSettled]: "0+10x8 _x20",
          },
          at: "5m",
          fires: [
            {
              labels: {},
              description: "Records are accepted or wait on their topics, and no scorer has settled one.",
            },
          ],
        },
      ],
    },
    {
      name: "ConsumerLagGrowing",
      severity: "critical",
      signal: "topic:scoreline_lag_seconds:max",
      fires: `> ${consumer_lag.above_seconds}`,
      gate: `deriv(topic:scoreline_lag_seconds:max[${consumer_lag.window}]) > 0`,
      for: consumer_lag.for,
      summary: "The scorer falls behind",
      description: "The oldest undecided record on {{ $labels.topic }} is {{ $value | humanizeDuration }} old.",
      cases: [
        {
          name: "behind, and catching up",
          series: { [lagSeconds]: "300-10x20" },
          at: "4m",
          fires: [],
        },
        {
          name: "behind by ever more",
          series: { [lagSeconds]: "0+15x20" },
          at: "4m",
          fires: [
            {
              labels: { topic: "credit_applications" },
              description: "The oldest undecided record on credit_applications is 4m 0s old.",
            },
          ],
        },
      ],
    },
    {
      name: "PartitionStopped",
      severity: "critical",
      signal: `sum by (topic) (${series("stoppedPartitions")})`,
      fires: "> 0",
      for: partitions_stopped.for,
      summary: "A partition is not read any more",
      description: "{{ $value }} partitions of {{ $labels.topic }} are stopped; the scorer's log says why.",
      cases: [
        {
          name: "none is stopped",
          series: { 'scoreline_scorer_stopped_partitions{app="scorer",topic="transactions"}': "0x20" },
          at: "4m",
          fires: [],
        },
        {
          name: "two are",
          series: { 'scoreline_scorer_stopped_partitions{app="scorer",topic="transactions"}': "2x20" },
          at: "4m",
          fires: [
            {
              labels: { topic: "transactions" },
              description: "2 partitions of transactions are stopped; the scorer's log says why.",
            },
          ],
        },
      ],
    },
    {
      name: "PolicyUnavailable",
      severity: "critical",
      signal: `sum by (topic) (${series("waitingPartitions")})`,
      fires: "> 0",
      for: policy_unavailable.for,
      summary: "Partitions wait for a policy to decide by",
      description: "{{ $value }} partitions of {{ $labels.topic }} have records and no policy that may decide them.",
      cases: [
        {
          name: "a short wait while the catalogue is read",
          series: {
            'scoreline_scorer_waiting_partitions{app="scorer",topic="credit_applications"}': "0x4 3x2 0x20",
          },
          at: "2m",
          fires: [],
        },
        {
          name: "the catalogue cannot be read",
          series: { 'scoreline_scorer_waiting_partitions{app="scorer",topic="credit_applications"}': "0x4 3x20" },
          at: "4m",
          fires: [
            {
              labels: { topic: "credit_applications" },
              description: "3 partitions of credit_applications have records and no policy that may decide them.",
            },
          ],
        },
      ],
    },
    {
      name: "PolicyVersionRefused",
      severity: "critical",
      signal: `max(${series("policyVersionsRefused")})`,
      fires: "> 0",
      for: policy_unavailable.for,
      summary: "A scorer cannot decide by a published policy",
      description: "{{ $value }} published versions cannot be compiled by a scorer that runs.",
      cases: [
        {
          name: "all compile",
          series: { 'scoreline_policy_versions_refused{app="scorer"}': "0x20" },
          at: "4m",
          fires: [],
        },
        {
          name: "one was made by a newer compiler",
          series: { 'scoreline_policy_versions_refused{app="scorer"}': "0x4 1x20" },
          at: "4m",
          fires: [{ labels: {}, description: "1 published versions cannot be compiled by a scorer that runs." }],
        },
      ],
    },
  ];
}
