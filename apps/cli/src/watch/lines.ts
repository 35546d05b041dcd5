import { count, instant, seconds } from "../terminal.ts";
import type { Flow } from "./flow.ts";
import type { Line } from "./screen.ts";
import { alertLines, fraudLine, jobLines, qualityLines, serviceLines } from "./sections.ts";
import type { View } from "./view.ts";

const topicWidth = 22;
const figureWidth = 11;

/** A frame for a person, at most 100 columns where its words allow. */
export function linesOf(home: string, view: View): Line[] {
  const over = view.seconds === undefined ? "rates from the next frame on" : `rates over ${view.seconds.toFixed(1)} s`;
  return [
    { text: `Scoreline in ${home}  ${instant(view.atMs)}  ${over}`, tone: "heading" },
    heading("Services"),
    ...serviceLines(view.services),
    ...view.away.map(({ name, why }) => trouble(`  metrics of ${name} are away: ${why}`)),
    columns("Records a second", ["accepted", "refused", "received", "scored"]),
    ...view.flows.map((flow) => row(flow.topic, ratesOf(flow))),
    ...(view.answersPerSecond ? [row("answered at once", [rate(view.answersPerSecond)])] : []),
    columns("Not decided yet", ["in flight", "lag", "oldest", "p50", "p99"]),
    ...view.flows.map((flow) => row(flow.topic, standingOf(flow))),
    heading("Alerts"),
    ...alertLines(view.alerts),
    heading("Fraud alerts a minute"),
    fraudLine(view.fraud),
    heading("Quality"),
    ...qualityLines(view.quality),
    heading("Last jobs"),
    ...jobLines(view.jobs),
  ];
}

const heading = (text: string): Line => ({ text, tone: "heading" });
const trouble = (text: string): Line => ({ text, tone: "trouble" });

function columns(title: string, names: string[]): Line {
  return heading(title.padEnd(topicWidth + 2) + names.map((name) => name.padStart(figureWidth)).join(""));
}

function row(name: string, figures: string[]): Line {
  return { text: `  ${name.padEnd(topicWidth)}${figures.map((figure) => figure.padStart(figureWidth)).join("")}` };
}

function ratesOf(flow: Flow): string[] {
  const { acceptedPerSecond, refusedPerSecond, receivedPerSecond, scoredPerSecond } = flow;
  return [acceptedPerSecond, refusedPerSecond, receivedPerSecond, scoredPerSecond].map(rate);
}

/** Latencies are of what was decided in the interval, the rest is as it stands. */
function standingOf({ inFlight, lagRecords, lagSeconds, p50Seconds, p99Seconds }: Flow): string[] {
  const numbers = [inFlight, lagRecords].map((number) => (number === undefined ? "-" : count(number)));
  return [...numbers, ...[lagSeconds, p50Seconds, p99Seconds].map(duration)];
}

/** `1234.5` -> `1,235`; below a hundred with one decimal. */
function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return "-";
  return perSecond < 100 ? perSecond.toFixed(1) : count(Math.round(perSecond));
}

/** Below a second in milliseconds. */
function duration(s: number | undefined): string {
  if (s === undefined) return "-";
  return s > 0 && s < 1 ? `${Math.round(s * 1_000)} ms` : seconds(s * 1_000);
}
