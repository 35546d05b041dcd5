import type { Duration, Severity } from "../thresholds.ts";

/** The jobs by which Prometheus knows our processes. */
export const appJobs = "ingest|fraud-check|scorer|loader";

/** A recording rule: what several alerts and panels ask, computed once. Named `level:metric:operation`. */
export type Recording = { record: string; expr: string };

/**
 * A case of promtool: what Prometheus has scraped, in its notation for series (`0+10x20`), and what the alert is at `at`.
 * `fires` gives, for each alert that fires, the labels beside its severity and the rendered description; none: silence.
 */
export type Case = {
  name: string;
  series: Record<string, string>;
  at: string;
  fires: { labels: Record<string, string>; description: string }[];
};

/** An alert: one question that has an answer at all times, and the answers that call someone. */
export type Alert = {
  name: string;
  severity: Severity;
  /** PromQL that has a value whenever the system runs; the value is `$value` of the texts. */
  signal: string;
  /** Makes the signal a condition, such as `> 0.05`. */
  fires: string;
  /** A further condition, without which a signal over its bound means nothing. */
  gate?: string;
  /** How long the condition must hold; at once where it is left out. */
  for?: Duration;
  /** What is wrong, in a line. */
  summary: string;
  /** What it is wrong with and how much, as a template of Prometheus. */
  description: string;
  /** The page of `monitoring/runbooks` to read; named as the alert unless several share one. */
  runbook?: string;
  /** One case of silence and one of fire at least. */
  cases: Case[];
};

/** The alert's whole condition. */
export function exprOf({ signal, fires, gate }: Alert): string {
  const condition = `(${signal}) ${fires}`;
  return gate === undefined ? condition : `(${condition}) and ${gate}`;
}

export function runbookOf({ name, runbook }: Alert): string {
  return runbook ?? name;
}
