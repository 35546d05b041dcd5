import { series } from "../../promql.ts";
import type { Thresholds } from "../../thresholds.ts";
import { type Alert, appJobs } from "../rule.ts";

const day = 86_400;

/** The time that is left where nothing is watched that ends. */
const never = "vector(Inf)";

/** What runs out: connections, certificates, keys. */
export function capacityAlerts({ connections, expiry, cardinality }: Thresholds): Alert[] {
  return [
    {
      name: "PostgresConnectionsHigh",
      severity: "warning",
      signal: `sum(${series("postgresConnections")}) / max(${series("postgresConnectionsMax")})`,
      fires: `> ${connections.above}`,
      for: connections.for,
      summary: "Postgres runs out of connections",
      description: "{{ $value | humanizePercentage }} of the connections that Postgres takes are in use.",
      cases: [
        {
          name: "a third is in use",
          series: {
            'scoreline_postgres_connections{app="loader",application="scoreline-scorer",state="idle"}': "33x40",
            'scoreline_postgres_connections_max{app="loader"}': "100x40",
          },
          at: "6m",
          fires: [],
        },
        {
          name: "nearly all are in use",
          series: {
            'scoreline_postgres_connections{app="loader",application="scoreline-scorer",state="idle"}': "60x40",
            'scoreline_postgres_connections{app="loader",application="other",state="active"}': "30x40",
            'scoreline_postgres_connections_max{app="loader"}': "100x40",
          },
          at: "6m",
          fires: [{ labels: {}, description: "90% of the connections that Postgres takes are in use." }],
        },
      ],
    },
    {
      name: "TooManySeries",
      severity: "warning",
      signal: `max by (job) (scrape_samples_post_metric_relabeling{job=~"${appJobs}"})`,
      fires: `> ${cardinality.series_per_target}`,
      for: cardinality.for,
      summary: "A process exposes more series than it should",
      description: "{{ $labels.job }} exposes {{ $value }} series.",
      cases: [
        {
          name: "some hundreds, and another's thousands are its own",
          series: {
            'scrape_samples_post_metric_relabeling{job="scorer",instance="a:1"}': "600x20",
            'scrape_samples_post_metric_relabeling{job="node",instance="a:2"}': "9000x20",
          },
          at: "4m",
          fires: [],
        },
        {
          name: "a label has grown",
          series: { 'scrape_samples_post_metric_relabeling{job="scorer",instance="a:1"}': "9000x20" },
          at: "4m",
          fires: [{ labels: { job: "scorer" }, description: "scorer exposes 9000 series." }],
        },
      ],
    },
    {
      name: "CertificateExpiring",
      severity: "warning",
      signal: `min by (certificate) (${series("certificateExpiry")}) - time() or ${never}`,
      fires: `< ${expiry.certificate_days * day}`,
      for: expiry.for,
      summary: "A certificate ends soon",
      description: "{{ $labels.certificate }} ends in {{ $value | humanizeDuration }}.",
      // promtool's clock starts at the epoch: a series' value is the time that is left at its start.
      cases: [
        {
          name: "a month is left",
          series: {
            'scoreline_certificate_expiry_timestamp_seconds{app="loader",certificate="door.pem"}': `${30 * day}x20`,
          },
          at: "4m",
          fires: [],
        },
        {
          name: "two days are left",
          series: {
            'scoreline_certificate_expiry_timestamp_seconds{app="loader",certificate="door.pem"}': `${2 * day + 240}x20`,
          },
          at: "4m",
          fires: [{ labels: { certificate: "door.pem" }, description: "door.pem ends in 2d 0h 0m 0s." }],
        },
      ],
    },
    {
      name: "ApiKeyExpiring",
      severity: "warning",
      signal: `min by (job, position) (${series("apiKeyExpiry")}) - time() or ${never}`,
      fires: `< ${expiry.api_key_days * day}`,
      for: expiry.for,
      summary: "An API key ends soon",
      description: "Key {{ $labels.position }} of {{ $labels.job }} ends in {{ $value | humanizeDuration }}.",
      cases: [
        {
          name: "a month is left",
          series: {
            'scoreline_api_key_expiry_timestamp_seconds{app="ingest",job="ingest",position="1"}': `${30 * day}x20`,
          },
          at: "4m",
          fires: [],
        },
        {
          name: "an hour is left",
          series: { 'scoreline_api_key_expiry_timestamp_seconds{app="ingest",job="ingest",position="2"}': "3840x20" },
          at: "4m",
          fires: [{ labels: { job: "ingest", position: "2" }, description: "Key 2 of ingest ends in 1h 0m 0s." }],
        },
      ],
    },
  ];
}
