import type { Report } from "./report.ts";
import type { Figures, SwapSet } from "./swapSet.ts";
import { count, money, percent, table } from "./text.ts";
import { formatTransactions } from "./transactions/format.ts";

/** Regions printed at most; `--json` and the tables have all. */
const regionsShownMax = 20;

/** A backtest for a person. */
export function formatReport(report: Report): string {
  const { approvals, alerts, by_risk_level, by_region, missing_inputs } = report;
  return [
    head(report),
    swapTable(approvals),
    `alerts     before ${count(alerts.before)}, after ${count(alerts.after)}: ${count(alerts.gained)} gained, ${count(alerts.lost)} lost`,
    partTable(
      "risk level before",
      by_risk_level.map((part) => [part.risk_level, part]),
    ),
    partTable(
      "region",
      by_region.slice(0, regionsShownMax).map((part) => [part.region ?? "(not given)", part]),
    ),
    ...(by_region.length > regionsShownMax
      ? [`and ${by_region.length - regionsShownMax} more regions; --json has all`]
      : []),
    ...(missing_inputs.length > 0 ? [missingTable(report)] : []),
    ...(report.transactions ? [formatTransactions(report.transactions)] : []),
    `Kept as quality.backtests ${report.backtest_id}; decided and compared in ${report.seconds.toFixed(1)} s.`,
  ].join("\n\n");
}

function head(report: Report): string {
  const { candidate, historical, against } = report;
  const left = report.applications - report.compared;
  const lines: [string, string][] = [
    ["candidate", `${candidate.file} (${candidate.policy}, SHA-256 ${candidate.sha256.slice(0, 12)})`],
    ["against", against === "recorded" ? "the decisions of record" : against],
    [
      "period",
      `${report.from ?? "the first"} to ${report.to ?? "the newest"}: ${report.first ?? "none"} to ${report.last ?? "none"}`,
    ],
    ["population", `${count(report.applications)} applications, ${count(historical)} of them from files`],
  ];
  if (left > 0)
    lines.push([
      "compared",
      `${count(report.compared)}; ${count(left)} have no decision of record (compare them with --against VERSION)`,
    ]);
  if (report.held_by_exception > 0)
    lines.push(["exceptions", `${count(report.held_by_exception)} decisions, which hold under any policy`]);
  lines.push([
    "warehouse",
    `newest application ${report.newest ?? "none"}, last load ${report.loaded_at ?? "never"} (\`scoreline warehouse\` brings what is newer)`,
  ]);
  return lines.map(([name, value]) => `${name.padEnd(10)} ${value}`).join("\n");
}

function swapTable(approvals: SwapSet["approvals"]): string {
  const columns = ["before", "after", "kept", "lost", "won"] as const;
  const row = (name: string, cell: (figures: Figures) => string) => [
    name,
    ...columns.map((side) => cell(approvals[side])),
  ];
  return table([
    ["approvals", ...columns],
    row("count", ({ applications }) => count(applications)),
    row("amount", ({ amount }) => money(amount)),
    row("booked", ({ booked }) => count(booked)),
    row("exposure", ({ exposure }) => money(exposure)),
    row("matured, known", ({ rated }) => count(rated)),
    row("bad", ({ rated, bad }) => (rated === 0 ? "unknown" : count(bad))),
    row("bad rate", badRate),
  ]);
}

function partTable(name: string, parts: [string, SwapSet][]): string {
  const header = ["all", "before", "after", "lost", "amount lost", "bad rate"];
  return table([
    [name, ...header, "won", "amount won", "bad rate", "alerts +", "alerts -"],
    ...parts.map(([label, { applications, approvals, alerts }]) => [
      label,
      count(applications),
      count(approvals.before.applications),
      count(approvals.after.applications),
      count(approvals.lost.applications),
      money(approvals.lost.amount),
      badRate(approvals.lost),
      count(approvals.won.applications),
      money(approvals.won.amount),
      badRate(approvals.won),
      count(alerts.gained),
      count(alerts.lost),
    ]),
  ]);
}

function missingTable({ missing_inputs, applications }: Report): string {
  return table([
    ["input missing", "applications", `of ${count(applications)}`],
    ...missing_inputs.map(({ input, missing, share }) => [input, count(missing), percent(share)]),
  ]);
}

function badRate({ bad_rate }: Figures): string {
  return percent(bad_rate);
}
