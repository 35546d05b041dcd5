import { series } from "../../promql.ts";
import type { Thresholds } from "../../thresholds.ts";
import type { Alert } from "../rule.ts";

const ofJob = (name: string, job = "dbt_build") => `scoreline_job_${name}{app="loader",job="${job}"}`;
const parity = (name: string) => `scoreline_parity_${name}{app="loader",subject="applications"}`;

/** Whether the warehouse is built, whole, on time, and in agreement with the stream. */
export function warehouseAlerts({ job_slow, marts_stale }: Thresholds): Alert[] {
  const running = `max by (job) (${series("jobRunning")} > 0)`;
  const last = `max by (job) (${series("jobDuration")})`;
  const baseline = `max by (job) (${series("jobDurationBaseline")})`;
  return [
    {
      name: "EtlJobFailed",
      severity: "critical",
      // A model that failed is in its build's failure, and named in the log.
      signal: `max by (job) (${series("jobLastRunFailed", { job: "!=dbt_model" })})`,
      fires: "> 0",
      summary: "The last run of a job failed",
      description: "{{ $labels.job }} failed; metadata_table holds its error.",
      cases: [
        { name: "the last run was good", series: { [ofJob("last_run_failed")]: "1x4 0x20" }, at: "3m", fires: [] },
        {
          name: "the last run failed, whatever came before",
          series: { [ofJob("last_run_failed")]: "0x4 1x20", [ofJob("last_run_failed", "load")]: "0x24" },
          at: "3m",
          fires: [{ labels: { job: "dbt_build" }, description: "dbt_build failed; metadata_table holds its error." }],
        },
      ],
    },
    {
      name: "EtlJobSlow",
      severity: "warning",
      // The run under way where there is one: a run that hangs has no duration yet. Without a history nothing is slow.
      signal: `((${running}) or (${last})) / ${baseline} or vector(0)`,
      fires: `> ${job_slow.times}`,
      gate: `((${running}) or (${last})) > ${job_slow.seconds_min}`,
      for: job_slow.for,
      summary: "A job takes far longer than it uses to",
      description: `{{ $labels.job }} takes {{ $value | printf "%.1f" }} times its usual time.`,
      cases: [
        {
          name: "slower than usual, and over in no time",
          series: { [ofJob("duration_seconds")]: "9x20", [ofJob("duration_baseline_seconds")]: "2x20" },
          at: "3m",
          fires: [],
        },
        {
          name: "long, and as long as ever",
          series: { [ofJob("duration_seconds")]: "900x20", [ofJob("duration_baseline_seconds")]: "600x20" },
          at: "3m",
          fires: [],
        },
        {
          name: "no history",
          series: { [ofJob("duration_seconds")]: "900x20" },
          at: "3m",
          fires: [],
        },
        {
          name: "the last run was slow",
          series: { [ofJob("duration_seconds")]: "300x20", [ofJob("duration_baseline_seconds")]: "60x20" },
          at: "3m",
          fires: [{ labels: { job: "dbt_build" }, description: "dbt_build takes 5.0 times its usual time." }],
        },
        {
          name: "a run that hangs is told while it runs",
          series: {
            [ofJob("running_duration_seconds")]: "0x4 0+15x30",
            [ofJob("duration_seconds")]: "60x34",
            [ofJob("duration_baseline_seconds")]: "60x34",
          },
          at: "7m",
          fires: [{ labels: { job: "dbt_build" }, description: "dbt_build takes 5.8 times its usual time." }],
        },
      ],
    },
    {
      name: "WarehouseTestFailed",
      severity: "critical",
      // A test that passed has no series.
      signal: `max by (test) (${series("testFailures", { severity: "error" })}) or vector(0)`,
      fires: "> 0",
      summary: "A test of the warehouse fails",
      description: "{{ $labels.test }} found {{ $value }}; marts.mart_data_quality names the rows.",
      cases: [
        { name: "all pass", series: {}, at: "3m", fires: [] },
        {
          name: "one only warns",
          series: { 'scoreline_test_failures{app="loader",test="volume",severity="warn"}': "3x20" },
          at: "3m",
          fires: [],
        },
        {
          name: "one fails",
          series: { 'scoreline_test_failures{app="loader",test="not_null_user_id",severity="error"}': "3x20" },
          at: "3m",
          fires: [
            {
              labels: { test: "not_null_user_id" },
              description: "not_null_user_id found 3; marts.mart_data_quality names the rows.",
            },
          ],
        },
      ],
    },
    {
      name: "ParityBroken",
      severity: "critical",
      signal: `max by (subject) (${series("parityMismatches")})`,
      fires: "> 0",
      summary: "The stream and the warehouse decide differently",
      description: "{{ $value }} {{ $labels.subject }} are decided differently by the warehouse.",
      cases: [
        { name: "both agree", series: { [parity("mismatches")]: "0x20" }, at: "3m", fires: [] },
        {
          name: "they differ in one",
          series: { [parity("mismatches")]: "0x4 1x20" },
          at: "3m",
          fires: [
            {
              labels: { subject: "applications" },
              description: "1 applications are decided differently by the warehouse.",
            },
          ],
        },
      ],
    },
    {
      name: "ParityIncomplete",
      severity: "warning",
      signal: `max by (subject) (${series("parityUncompared")})`,
      fires: "> 0",
      summary: "Some decisions were not made again by the warehouse",
      description: "{{ $value }} {{ $labels.subject }} are loaded and were not compared by the last build.",
      cases: [
        { name: "all were", series: { [parity("uncompared")]: "0x20" }, at: "3m", fires: [] },
        {
          name: "some were not",
          series: { [parity("uncompared")]: "12x20" },
          at: "3m",
          fires: [
            {
              labels: { subject: "applications" },
              description: "12 applications are loaded and were not compared by the last build.",
            },
          ],
        },
      ],
    },
    {
      name: "StoresDiffer",
      severity: "critical",
      // Before the first reconciliation there is no series.
      signal: `max by (comparison) (${series("reconciliationDifferences")}) or vector(0)`,
      fires: "> 0",
      summary: "The last reconciliation found differences between the stores",
      description: "{{ $value }} differences in: {{ $labels.comparison }}.",
      cases: [
        { name: "never reconciled", series: {}, at: "3m", fires: [] },
        {
          name: "an alert is missing in MongoDB",
          series: {
            'scoreline_reconciliation_differences{app="loader",comparison="frauds = alerts"}': "1x20",
            'scoreline_reconciliation_differences{app="loader",comparison="rows = facts"}': "0x20",
          },
          at: "3m",
          fires: [{ labels: { comparison: "frauds = alerts" }, description: "1 differences in: frauds = alerts." }],
        },
      ],
    },
    {
      name: "MartsStale",
      severity: "warning",
      signal: `max(${series("warehouseWaiting")})`,
      fires: `> ${marts_stale.above_seconds}`,
      for: marts_stale.for,
      summary: "The marts lack decisions",
      description: "The oldest decision that the marts lack was made {{ $value | humanizeDuration }} ago.",
      cases: [
        {
          name: "nothing was decided for a day, and all of it is there",
          series: { 'scoreline_warehouse_waiting_duration_seconds{app="loader"}': "0x20" },
          at: "4m",
          fires: [],
        },
        {
          name: "what was decided two hours ago is not there",
          series: { 'scoreline_warehouse_waiting_duration_seconds{app="loader"}': "7200x20" },
          at: "4m",
          fires: [{ labels: {}, description: "The oldest decision that the marts lack was made 2h 0m 0s ago." }],
        },
      ],
    },
  ];
}
