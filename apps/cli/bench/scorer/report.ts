import { count, table } from "../../src/terminal.ts";
import type { PolicyFigures, ScorerFigures } from "./section.ts";

/** The section's figures as lines for people. */
export function linesOf(figures: ScorerFigures): string {
  const { machine, velocity, processes, policy, narrow } = figures;
  const form = narrow ? "narrow" : `wide, ${policy} policy`;
  const rows: [label: string, value: string][] = [
    ["records", `${count(figures.records)} of ${figures.record_bytes} bytes, ${form}`],
    [
      "machine",
      `${machine.cpus} CPUs, ${machine.memory_gib} GiB, Node ${machine.node}, PostgreSQL ${machine.postgres}`,
    ],
    ["(a) consume(n) alone", perS(figures.consume_per_s)],
    ...policyRows("", figures),
    ["(c)/(a)", String(figures.consume_ratio)],
    ["latency under half load", latency(figures.load_per_s, figures.p50_ms, figures.p99_ms)],
    ["latency when idle", latency(figures.idle_per_s, figures.idle_p50_ms, figures.idle_p99_ms)],
    ...processes.map((run): [string, string] => [
      `${run.processes} ${run.processes === 1 ? "process" : "processes"}`,
      `${perS(run.durable_decisions_per_s)}, ${shares(run.shares)}${rss(run.peak_rss_mib)} each at most`,
    ]),
    ...(velocity ? policyRows("velocity: ", velocity) : []),
  ];
  return table(rows);
}

function policyRows(prefix: string, figures: PolicyFigures): [label: string, value: string][] {
  const { cpu_s } = figures;
  const cpu = cpu_s && Object.entries(cpu_s).map(([name, seconds]) => `${name} ${seconds}`);
  return [
    [`${prefix}(b) COPY, one stream`, perS(figures.copy_rows_per_s)],
    [`${prefix}(b) COPY, two streams`, perS(figures.copy_rows_per_s_two_streams)],
    [`${prefix}(c) durable decisions`, perS(figures.durable_decisions_per_s)],
    [`${prefix}(c)/(b)`, `${figures.copy_ratio}, by two streams ${figures.copy_ratio_two_streams}`],
    [`${prefix}projected after`, `${figures.projected_after_s} s`],
    [`${prefix}peak memory`, rss(figures.peak_rss_mib)],
    [`${prefix}CPU seconds`, cpu ? cpu.join(", ") : "not known here"],
  ];
}

const perS = (rate: number) => `${count(rate)}/s`;

function rss(mib: number | null): string {
  return mib === null ? "not known here" : `${count(mib)} MiB`;
}

function shares(each: readonly number[]): string {
  return each.length > 1 ? `shared ${each.join(" + ")}, ` : "";
}

function latency(atPerS: number | null, p50: number | null, p99: number | null): string {
  return atPerS === null ? "not measured" : `p50 ${p50} ms, p99 ${p99} ms at ${perS(atPerS)}`;
}
