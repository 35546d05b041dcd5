import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { thresholdsFile } from "./folders.ts";

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
type Unit = keyof typeof units;

const Duration = z
  .string()
  .regex(/^[1-9]\d*[smhd]$/, { error: "is no duration; write one such as 30s, 5m, 1h or 1d" })
  .brand<"Duration">();
/** A duration as Prometheus writes it, of one unit. */
export type Duration = z.infer<typeof Duration>;

const share = z.number().gt(0).lt(1);
const count = z.number().int().positive();
const seconds = z.number().positive();
const Severity = z.enum(["critical", "warning"]);
/** `critical` wakes someone; `warning` waits for the working day. */
export type Severity = z.infer<typeof Severity>;

const waits = z.strictObject({ for: Duration });

/** `monitoring/thresholds.yml`: what each is for stands there. */
export const Thresholds = z.strictObject({
  runbooks_url: z.string().min(1),
  target_down: waits,
  dependency_down: waits,
  scorer_stalled: waits.extend({ window: Duration }),
  consumer_lag: waits.extend({ above_seconds: seconds, window: Duration }),
  partitions_stopped: waits,
  policy_unavailable: waits,
  dead_letters: waits.extend({ above: count, window: Duration }),
  invalid_records: waits.extend({ above: share, records_min: count, window: Duration }),
  fraud_share: waits.extend({ above: share, alerts_min: count, window: Duration }),
  fraud_spike: waits.extend({
    times: z.number().gt(1),
    alerts_min: count,
    baseline: Duration,
    baseline_offset: Duration,
    baseline_decisions_min: count,
  }),
  job_slow: waits.extend({ times: z.number().gt(1), seconds_min: seconds }),
  marts_stale: waits.extend({ above_seconds: seconds }),
  marts_unreadable: waits,
  approval_shift: waits.extend({ above: share, applications_min: count }),
  connections: waits.extend({ above: share }),
  expiry: waits.extend({ certificate_days: count, api_key_days: count }),
  slo: z.strictObject({
    availability: z.strictObject({ objective: share }),
    decision_latency: z.strictObject({ objective: share, seconds }),
    burns: z
      .array(waits.extend({ long: Duration, short: Duration, rate: z.number().positive(), severity: Severity }))
      .min(1),
  }),
  cardinality: waits.extend({ series_per_target: count }),
});
export type Thresholds = z.infer<typeof Thresholds>;

/** Reads the thresholds; throws an `Error` that names each field that does not fit. */
export function readThresholds(file = thresholdsFile): Thresholds {
  const read = Thresholds.safeParse(parse(readFileSync(file, "utf8")));
  if (!read.success) throw new Error(`${file}:\n${z.prettifyError(read.error)}`);
  return read.data;
}

/** A duration in seconds. */
export function secondsOf(duration: Duration): number {
  return Number(duration.slice(0, -1)) * units[duration.slice(-1) as Unit];
}

/** So many seconds, at least one, as a duration. */
export function durationOf(secondsIn: number): Duration {
  return `${Math.max(1, Math.round(secondsIn))}s` as Duration;
}

/** How the system's own seconds and windows pass when time runs `speed` times as fast: for drills, at 1 as they are. */
export function hastened(thresholds: Thresholds, speed: number): Thresholds {
  const haste = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => haste(name, item));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, haste(key, inner)]));
    if (Duration.safeParse(value).success) return durationOf(secondsOf(value as Duration) / speed);
    return /_seconds$|^seconds_min$/.test(name) ? Number(value) / speed : value;
  };
  return Thresholds.parse(haste("", thresholds));
}
