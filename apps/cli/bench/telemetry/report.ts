import { count, table } from "../../src/terminal.ts";
import type { ModeFigures, TelemetryFigures } from "./section.ts";

/** The section's figures as lines for people. */
export function linesOf(figures: TelemetryFigures): string {
  const { records, policy, pairs, off, on, ratio_min, ratio_median, ratio_best, cpu_ratio } = figures;
  return table([
    ["records", `${count(records)}, ${policy} policy, ${pairs} ${pairs === 1 ? "pair" : "pairs"} of runs`],
    ["telemetry off", modeLine(off)],
    ["telemetry on, scraped", modeLine(on)],
    ["on/off", `median ${ratio_median}, min ${ratio_min}, best of each ${ratio_best}`],
    ["CPU of the scorer, on/off", cpu_ratio === null ? "not known here" : String(cpu_ratio)],
  ]);
}

function modeLine({ durable_decisions_per_s, median_per_s }: ModeFigures): string {
  return `median ${count(median_per_s)}/s of ${durable_decisions_per_s.map(count).join(", ")}`;
}
