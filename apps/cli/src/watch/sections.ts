import type { ServiceStatus } from "@scoreline/stack";
import { count, instant, seconds } from "../terminal.ts";
import type { ActiveAlert } from "./alerts.ts";
import type { JobRun } from "./jobs.ts";
import type { Quality, Tally } from "./quality.ts";
import type { Line } from "./screen.ts";
import type { Source } from "./source.ts";
import type { View } from "./view.ts";

/** Entries of a list that are shown; what is left over is told as a number. */
const shownMax = { alerts: 8, rules: 6, checks: 4 } as const;

/** The healthy ones in one line, each of the others in its own. */
export function serviceLines({ value, away }: Source<ServiceStatus[]>): Line[] {
  if (value === undefined) return [awayLine(away)];
  const healthy = value.filter(({ state }) => state === "healthy").map(({ name }) => name);
  const others = value.filter(({ state }) => state !== "healthy");
  return [
    ...(healthy.length === 0 ? [] : [{ text: `  healthy    ${healthy.join(", ")}` }]),
    ...others.map(({ name, state, detail, logFile }): Line => {
      const why = detail === undefined ? "" : ` (${detail.replace(/\s+/g, " ")})`;
      return { text: `  ${state.padEnd(9)}  ${name}${why}  log: ${logFile}`, tone: "trouble" };
    }),
  ];
}

/** What Prometheus holds active, or how to start one. */
export function alertLines(alerts: View["alerts"]): Line[] {
  if (alerts === undefined) return [{ text: "  Prometheus does not run; start it: scoreline up --monitoring" }];
  const { value, away } = alerts;
  if (value === undefined) return [awayLine(`Prometheus: ${away}`)];
  if (value.length === 0) return [{ text: "  none firing, none pending" }];
  const lines = value.slice(0, shownMax.alerts).map(alertLine);
  return [...lines, ...moreLine(value.length - shownMax.alerts)];
}

function alertLine({ name, severity, state, since, summary, labels }: ActiveAlert): Line {
  const which = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const text = `  ${state.padEnd(7)}  ${[name, severity, ...which].filter(Boolean).join(" ")}  since ${since}  ${summary}`;
  return { text: text.trimEnd(), ...(state === "firing" ? { tone: "trouble" as const } : {}) };
}

export function fraudLine(fraud: View["fraud"]): Line {
  if (fraud === undefined) return { text: "  -" };
  if (fraud.length === 0) return { text: "  none" };
  const shown = fraud.slice(0, shownMax.rules).map(({ rule, perMinute }) => `${rule} ${count(Math.round(perMinute))}`);
  const more = fraud.length > shownMax.rules ? `, and ${fraud.length - shownMax.rules} more rules` : "";
  return { text: `  ${shown.join(", ")}${more}` };
}

export function qualityLines({ invalid, checks, refusals, deadLetters }: Quality): Line[] {
  const share = invalid === undefined ? "-" : `${((invalid.failed / invalid.records) * 100).toFixed(1)} %`;
  const of = invalid === undefined ? "" : ` (${count(invalid.failed)} of ${count(invalid.records)} records)`;
  return [
    { text: `  invalid share  ${share}${of}` },
    { text: `  failed checks  ${talliesOf(checks)}` },
    { text: `  at the door    ${talliesOf(refusals)}` },
    { text: `  dead letters   ${talliesOf(deadLetters)}` },
  ];
}

/** `invalid_loan_amount 120 (+3)`: since the processes started, and what came in the interval. */
function talliesOf(tallies: readonly Tally[]): string {
  if (tallies.length === 0) return "none";
  const shown = tallies.slice(0, shownMax.checks).map(({ name, since, grown }) => {
    return `${name} ${count(since)}${grown > 0 ? ` (+${count(grown)})` : ""}`;
  });
  const more = tallies.length - shownMax.checks;
  return `${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

export function jobLines({ value, away }: Source<JobRun[]>): Line[] {
  if (value === undefined) return [awayLine(`creditdb: ${away}`)];
  if (value.length === 0) return [{ text: "  none has run" }];
  return value.map(({ job, startedAt, tookMs, rows, status, error }): Line => {
    const took = tookMs === undefined ? "-" : seconds(tookMs);
    const moved = rows === undefined ? "-" : `${count(Number(rows))} rows`;
    const when = instant(startedAt.getTime()).replace(/\.\d+/, "");
    const why = error === undefined ? "" : `  ${error.replace(/\s+/g, " ")}`;
    const text = `  ${job.padEnd(13)}  ${when}  ${took.padStart(8)}  ${moved.padStart(14)}  ${status}${why}`;
    return { text, ...(status === "failed" ? { tone: "trouble" as const } : {}) };
  });
}

function moreLine(more: number): Line[] {
  return more > 0 ? [{ text: `  and ${more} more` }] : [];
}

function awayLine(why: string | undefined): Line {
  return { text: `  away: ${why ?? "no reason told"}`, tone: "trouble" };
}
