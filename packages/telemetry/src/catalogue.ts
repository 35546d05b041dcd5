/**
 * Every metric of the system, declared once. Labels are bounded: no user id, application id or raw path may be a label
 * value. Names follow Prometheus' practice (base units, `_total` on counters).
 */
export const catalogue = {
  httpRequests: {
    kind: "counter",
    name: "scoreline_http_requests_total",
    help: "HTTP requests by route pattern.",
    labels: ["method", "route", "status"],
  },
  httpDuration: {
    kind: "histogram",
    name: "scoreline_http_request_duration_seconds",
    help: "Time from request to answer, by route pattern.",
    labels: ["method", "route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  applicationsReceived: {
    kind: "counter",
    name: "scoreline_ingest_applications_total",
    help: "Applications by what became of them at ingest.",
    labels: ["outcome"],
  },
  ingestFailures: {
    kind: "counter",
    name: "scoreline_ingest_failures_total",
    help: "Failed checks of refused records, by check.",
    labels: ["check"],
  },
  recordsReceived: {
    kind: "counter",
    name: "scoreline_scorer_records_received_total",
    help: "Records taken from Kafka.",
    labels: ["topic"],
  },
  recordsSettled: {
    kind: "counter",
    name: "scoreline_scorer_records_settled_total",
    help: "Records committed to Postgres, by outcome: scored, duplicate, failed or recorded.",
    labels: ["topic", "outcome"],
  },
  dataQualityInvalid: {
    kind: "counter",
    name: "data_quality_invalid_count",
    help: "Failed data-quality checks, by check.",
    labels: ["check"],
  },
  forgiven: {
    kind: "counter",
    name: "scoreline_scorer_forgiven_total",
    help: "Records served in spite of a flaw: unknown_field, naive_timestamp, misrouted_key.",
    labels: ["flaw"],
  },
  decisions: {
    kind: "counter",
    name: "scoreline_decisions_total",
    help: "Decisions of record.",
    labels: ["approval_status", "risk_level", "policy_version"],
  },
  fraudAlerts: {
    kind: "counter",
    name: "scoreline_fraud_alerts_total",
    help: "Fraud alerts raised, by rule.",
    labels: ["rule"],
  },
  batchDuration: {
    kind: "histogram",
    name: "scoreline_scorer_batch_duration_seconds",
    help: "Time a batch of one partition takes, by step.",
    labels: ["step"],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  decisionLatency: {
    kind: "histogram",
    name: "scoreline_decision_latency_seconds",
    help: "From the broker's time of an application to its durable decision.",
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
  },
  assignedPartitions: {
    kind: "gauge",
    name: "scoreline_scorer_assigned_partitions",
    help: "Partitions this process holds.",
    labels: ["topic"],
  },
  stoppedPartitions: {
    kind: "gauge",
    name: "scoreline_scorer_stopped_partitions",
    help: "Partitions stopped because their source does not fit what was recorded.",
    labels: ["topic"],
  },
  sinkRetries: {
    kind: "counter",
    name: "scoreline_scorer_sink_retries_total",
    help: "Attempts repeated because a sink did not answer.",
    labels: ["sink"],
  },
  jobDuration: {
    kind: "gauge",
    name: "scoreline_job_duration_seconds",
    help: "How long the last finished run of a job took.",
    labels: ["job"],
  },
  jobLastSuccess: {
    kind: "gauge",
    name: "scoreline_job_last_success_timestamp_seconds",
    help: "When a job last succeeded, epoch seconds.",
    labels: ["job"],
  },
  jobRows: {
    kind: "gauge",
    name: "scoreline_job_rows",
    help: "Rows that the last finished run of a job moved.",
    labels: ["job", "target"],
  },
  jobFailures: {
    kind: "gauge",
    name: "scoreline_job_failures",
    help: "Failed runs of a job on record.",
    labels: ["job"],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricDefinition = {
  kind: "counter" | "gauge" | "histogram";
  name: string;
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
};

type Catalogue = typeof catalogue;

/** Catalogue keys of one kind of metric. */
export type KeyOf<Kind> = {
  [Key in keyof Catalogue]: Catalogue[Key]["kind"] extends Kind ? Key : never;
}[keyof Catalogue];
