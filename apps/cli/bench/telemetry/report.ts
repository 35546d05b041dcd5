import { count, table } from "../../src/terminal.ts";
import type { Cost, ModeFigures, TelemetryFigures } from "./section.ts";

/** The section's figures as lines for people. */
export function linesOf({ records, policy, rounds, off, on, traced }: TelemetryFigures): string {
  return table([
    ["records", `${count(records)}, ${policy} policy, ${rounds} ${rounds === 1 ? "round" : "rounds"}`],
    ["telemetry off", modeLine(off)],
    ["metrics", modeLine(on)],
    ["  to off", costLine(on)],
    ["metrics and traces", modeLine(traced)],
    ["  to off", costLine(traced)],
  ]);
}

function modeLine({ durable_decisions_per_s, median_per_s }: ModeFigures): string {
  return `median ${count(median_per_s)}/s of ${durable_decisions_per_s.map(count).join(", ")}`;
}

function costLine({ ratio_min, ratio_median, ratio_best, cpu_ratio }: Cost): string {
  const cpu = cpu_ratio === null ? "" : `; CPU of the scorer ${cpu_ratio}`;
  return `median ${ratio_median}, min ${ratio_min}, best of each ${ratio_best}${cpu}`;
}
