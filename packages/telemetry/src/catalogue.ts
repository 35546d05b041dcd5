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
  transactionsReceived: {
    kind: "counter",
    name: "scoreline_ingest_transactions_total",
    help: "Transactions by what became of them at ingest.",
    labels: ["outcome"],
  },
  ingestFailures: {
    kind: "counter",
    name: "scoreline_ingest_failures_total",
    help: "Failed checks of refused records, by check.",
    labels: ["check"],
  },
  fraudCheckAnswers: {
    kind: "counter",
    name: "scoreline_fraud_check_answers_total",
    help: "Synchronous requests by what they came to: decided, repeated, or the code of their problem.",
    labels: ["outcome"],
  },
  fraudCheckWait: {
    kind: "histogram",
    name: "scoreline_fraud_check_wait_seconds",
    help: "From the acknowledgement of an application to the scorer's commit that decides it.",
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  fraudCheckInFlight: {
    kind: "gauge",
    name: "scoreline_fraud_check_in_flight",
    help: "Applications that wait for their decision.",
    labels: [],
  },
  recordsReceived: {
    kind: "counter",
    name: "scoreline_scorer_records_received_total",
    help: "Records taken from Kafka. Received = settled, by all its outcomes, + returned + in flight, at every scrape.",
    labels: ["topic"],
  },
  recordsSettled: {
    kind: "counter",
    name: "scoreline_scorer_records_settled_total",
    help: "Records committed to Postgres: scored, duplicate, failed, or skipped (a dead letter of the scorer's own).",
    labels: ["topic", "outcome"],
  },
  recordsReturned: {
    kind: "counter",
    name: "scoreline_scorer_records_returned_total",
    help: "Records given up with their partition before their commit was acknowledged; the next holder reads them again.",
    labels: ["topic"],
  },
  recordsInFlight: {
    kind: "gauge",
    name: "scoreline_scorer_records_in_flight",
    help: "Records taken from Kafka that are neither settled nor returned.",
    labels: ["topic"],
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
    help: "Records served in spite of a flaw: unknown_field, naive_timestamp, text_value, misrouted_key.",
    labels: ["flaw"],
  },
  decisions: {
    kind: "counter",
    name: "scoreline_decisions_total",
    help: "Decisions of record.",
    labels: ["approval_status", "risk_level", "policy_version"],
  },
  transactionsFlagged: {
    kind: "counter",
    name: "scoreline_transactions_scored_total",
    help: "Card transactions scored, by whether some fraud clause held and by policy version.",
    labels: ["flagged", "policy_version"],
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
    help: "Time a batch of one partition takes, by step: read, decide, commit, project. Waits for a sink count.",
    labels: ["step"],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  decisionLatency: {
    kind: "histogram",
    name: "scoreline_decision_latency_seconds",
    help: "From the broker's time of an application or a transaction to its durable decision, by topic.",
    labels: ["topic"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
  },
  assignedPartitions: {
    kind: "gauge",
    name: "scoreline_scorer_assigned_partitions",
    help: "Partitions this process holds.",
    labels: ["topic"],
  },
  lag: {
    kind: "gauge",
    name: "scoreline_scorer_lag_records",
    help: "Records of a partition that this process holds and has not decided yet.",
    labels: ["topic", "partition"],
  },
  lagSeconds: {
    kind: "gauge",
    name: "scoreline_scorer_lag_seconds",
    help: "Age, by the broker's clock, of the oldest record of a partition that is not decided yet; 0 when all are.",
    labels: ["topic", "partition"],
  },
  stoppedPartitions: {
    kind: "gauge",
    name: "scoreline_scorer_stopped_partitions",
    help: "Partitions stopped because their source or the database does not fit; each is tried again every ten seconds.",
    labels: ["topic"],
  },
  waitingPartitions: {
    kind: "gauge",
    name: "scoreline_scorer_waiting_partitions",
    help: "Partitions that wait for a policy version to decide by.",
    labels: ["topic"],
  },
  policyLeaseEnd: {
    kind: "gauge",
    name: "scoreline_policy_lease_end_timestamp_seconds",
    help: "Records with a broker time before this may be decided by the catalogue as last read, epoch seconds.",
    labels: [],
  },
  policyReadFailures: {
    kind: "counter",
    name: "scoreline_policy_read_failures_total",
    help: "Reads of the policy catalogue that failed.",
    labels: [],
  },
  policyVersionsRefused: {
    kind: "gauge",
    name: "scoreline_policy_versions_refused",
    help: "Published versions, in force or to come, that this process cannot decide by.",
    labels: [],
  },
  windowUsers: {
    kind: "gauge",
    name: "scoreline_scorer_window_users",
    help: "Users with an event in the longest window, over all partitions held.",
    labels: ["topic"],
  },
  windowEvents: {
    kind: "gauge",
    name: "scoreline_scorer_window_events",
    help: "Events in the longest window, over all partitions held.",
    labels: ["topic"],
  },
  windowBytes: {
    kind: "gauge",
    name: "scoreline_scorer_window_bytes",
    help: "Memory that the windows of all partitions held take.",
    labels: ["topic"],
  },
  windowRowsRebuilt: {
    kind: "counter",
    name: "scoreline_scorer_window_rows_rebuilt_total",
    help: "Committed rows that windows were made from.",
    labels: ["topic"],
  },
  windowRebuildDuration: {
    kind: "histogram",
    name: "scoreline_scorer_window_rebuild_duration_seconds",
    help: "Time it takes to make a partition's windows from its committed rows.",
    labels: ["topic"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  deadLetters: {
    kind: "counter",
    name: "scoreline_dead_letters_total",
    help: "Dead letters that the broker acknowledged, by the stage that wrote them: ingest or scorer. A repeated projection counts again.",
    labels: ["stage"],
  },
  dependencyUp: {
    kind: "gauge",
    name: "scoreline_dependency_up",
    help: "Whether a store or broker that this process stands on answered when it was last asked: 1 or 0.",
    labels: ["dependency"],
  },
  apiKeyExpiry: {
    kind: "gauge",
    name: "scoreline_api_key_expiry_timestamp_seconds",
    help: "When an API key that has an end ends, epoch seconds, by its place among the keys.",
    labels: ["position"],
  },
  sinkRetries: {
    kind: "counter",
    name: "scoreline_scorer_sink_retries_total",
    help: "Attempts repeated because a sink did not answer: postgres, raw_transactions, or projections (MongoDB and Kafka).",
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
  jobLastRun: {
    kind: "gauge",
    name: "scoreline_job_last_run_timestamp_seconds",
    help: "When the last run of a job ended, well or not, epoch seconds.",
    labels: ["job"],
  },
  jobLastRunFailed: {
    kind: "gauge",
    name: "scoreline_job_last_run_failed",
    help: "Whether the last finished run of a job failed: 1 or 0.",
    labels: ["job"],
  },
  jobRunning: {
    kind: "gauge",
    name: "scoreline_job_running_duration_seconds",
    help: "How long the run of a job that is under way has taken; 0 when none is.",
    labels: ["job"],
  },
  jobDurationBaseline: {
    kind: "gauge",
    name: "scoreline_job_duration_baseline_seconds",
    help: "Median duration of a job's last twenty good runs before the last one; no series before there are three.",
    labels: ["job"],
  },
  warehouseWaitingRecords: {
    kind: "gauge",
    name: "scoreline_warehouse_waiting_records",
    help: "Records that are decided and that no load has brought to the warehouse yet.",
    labels: [],
  },
  warehouseWaiting: {
    kind: "gauge",
    name: "scoreline_warehouse_waiting_duration_seconds",
    help: "Age of the oldest decision that the marts do not hold yet; 0 when they hold all.",
    labels: [],
  },
  parityCompared: {
    kind: "gauge",
    name: "scoreline_parity_compared",
    help: "Decisions that the warehouse made again, by what was decided: applications or transactions.",
    labels: ["subject"],
  },
  parityUncompared: {
    kind: "gauge",
    name: "scoreline_parity_uncompared",
    help: "Loaded decisions that the last build did not make again.",
    labels: ["subject"],
  },
  parityMismatches: {
    kind: "gauge",
    name: "scoreline_parity_mismatches",
    help: "Decisions that the stream and the warehouse make differently.",
    labels: ["subject"],
  },
  reconciliationDifferences: {
    kind: "gauge",
    name: "scoreline_reconciliation_differences",
    help: "Differences that the last reconciliation of the stores found, by comparison.",
    labels: ["comparison"],
  },
  postgresConnections: {
    kind: "gauge",
    name: "scoreline_postgres_connections",
    help: "Connections to Postgres by application name and state, as pg_stat_activity tells.",
    labels: ["application", "state"],
  },
  postgresConnectionsMax: {
    kind: "gauge",
    name: "scoreline_postgres_connections_max",
    help: "Connections that Postgres takes at most.",
    labels: [],
  },
  certificateExpiry: {
    kind: "gauge",
    name: "scoreline_certificate_expiry_timestamp_seconds",
    help: "When a watched certificate ends, epoch seconds, by its file's name.",
    labels: ["certificate"],
  },
  warehouseIssues: {
    kind: "gauge",
    name: "scoreline_warehouse_data_quality_issues",
    help: "Failed data-quality checks in the warehouse, by check.",
    labels: ["check"],
  },
  loadMissingFields: {
    kind: "gauge",
    name: "scoreline_load_missing_fields",
    help: "Failed checks of fields that a record lacks, brought by the last load, by check.",
    labels: ["check"],
  },
  testFailures: {
    kind: "gauge",
    name: "scoreline_test_failures",
    help: "What each failing or warning test of the last build found, in the test's own unit; no series for one that passed.",
    labels: ["test", "severity"],
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
