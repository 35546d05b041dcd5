import { z } from "zod";
import { count, table } from "./terminal.ts";

const Figures = z.object({ applications: z.number(), amount: z.string() });

/** Of what `backtest --json` prints, the part that fits on a few lines. */
export const SwapSet = z.object({
  candidate: z.object({ file: z.string() }),
  approvals: z.object({ before: Figures, after: Figures, won: Figures, lost: Figures }),
  alerts: z.object({ gained: z.number(), lost: z.number() }),
});
export type SwapSet = z.infer<typeof SwapSet>;

/** What a candidate policy would change, in short. */
export function formatSwapSet({ candidate, approvals, alerts }: SwapSet): string {
  const requested = (amount: string) => `${count(Math.round(Number(amount)))} requested`;
  const rows: [string, string][] = [
    ["approvals", `${count(approvals.before.applications)} before, ${count(approvals.after.applications)} after`],
    ["won", `${count(approvals.won.applications)}, ${requested(approvals.won.amount)}`],
    ["lost", `${count(approvals.lost.applications)}, ${requested(approvals.lost.amount)}`],
    ["alerts", `${count(alerts.gained)} gained, ${count(alerts.lost)} lost`],
  ];
  return `What ${candidate.file} would change (npx scoreline backtest FILE):\n${table(rows)}`;
}
