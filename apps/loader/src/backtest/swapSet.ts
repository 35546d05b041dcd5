import { type ApprovalStatus, type RiskLevel, riskLevels } from "@scoreline/contracts";
import { decimalOf } from "./money.ts";

/** Applications of which both sides say the same, counted. Amounts are in minor units. */
export type Cell = {
  /** By the side that the candidate is compared with. */
  riskLevel: RiskLevel;
  region: string | null;
  statusBefore: ApprovalStatus;
  statusAfter: ApprovalStatus;
  alertBefore: boolean;
  alertAfter: boolean;
  applications: number;
  amount: bigint;
  booked: number;
  exposure: bigint;
  /** Booked and matured, and known to be good or bad. */
  rated: number;
  bad: number;
};

/** Applications with what became of their loans. Amounts are decimals, as text. */
export type Figures = {
  applications: number;
  /** What was asked for. */
  amount: string;
  booked: number;
  /** What was lent, over booked loans. */
  exposure: string;
  rated: number;
  bad: number;
  /** bad / rated; null, which is unknown, where nothing is rated. */
  bad_rate: number | null;
};

/** Before is the side that the candidate is compared with, after is the candidate: kept and lost were approved before. */
export type SwapSet = {
  applications: number;
  approvals: Record<"before" | "after" | "kept" | "lost" | "won", Figures>;
  alerts: Record<"before" | "after" | "gained" | "lost", number>;
};

/** The swap set of all `cells`. */
export function swapSetOf(cells: readonly Cell[]): SwapSet {
  const before = ({ statusBefore }: Cell) => statusBefore === "Approved";
  const after = ({ statusAfter }: Cell) => statusAfter === "Approved";
  const figures = (holds: (cell: Cell) => boolean) => figuresOf(cells.filter(holds));
  const alerts = (holds: (cell: Cell) => boolean) => countOf(cells.filter(holds));
  return {
    applications: countOf(cells),
    approvals: {
      before: figures(before),
      after: figures(after),
      kept: figures((cell) => before(cell) && after(cell)),
      lost: figures((cell) => before(cell) && !after(cell)),
      won: figures((cell) => !before(cell) && after(cell)),
    },
    alerts: {
      before: alerts(({ alertBefore }) => alertBefore),
      after: alerts(({ alertAfter }) => alertAfter),
      gained: alerts(({ alertBefore, alertAfter }) => alertAfter && !alertBefore),
      lost: alerts(({ alertBefore, alertAfter }) => alertBefore && !alertAfter),
    },
  };
}

/** A swap set for each risk level that occurs, Low first. */
export function byRiskLevel(cells: readonly Cell[]): ({ risk_level: RiskLevel } & SwapSet)[] {
  return riskLevels
    .map((risk_level) => ({ risk_level, ...swapSetOf(cells.filter(({ riskLevel }) => riskLevel === risk_level)) }))
    .filter(({ applications }) => applications > 0);
}

/** A swap set for each region, the one with most applications first; null is those that give none. */
export function byRegion(cells: readonly Cell[]): ({ region: string | null } & SwapSet)[] {
  const regions = [...new Set(cells.map(({ region }) => region))];
  return regions
    .map((region) => ({ region, ...swapSetOf(cells.filter((cell) => cell.region === region)) }))
    .sort((one, other) => other.applications - one.applications || compare(one.region, other.region));
}

function compare(one: string | null, other: string | null): number {
  if (one === null || other === null) return one === null ? 1 : -1;
  return one < other ? -1 : 1;
}

function figuresOf(cells: readonly Cell[]): Figures {
  const sum = (part: (cell: Cell) => number) => cells.reduce((total, cell) => total + part(cell), 0);
  const money = (part: (cell: Cell) => bigint) => decimalOf(cells.reduce((total, cell) => total + part(cell), 0n));
  const rated = sum((cell) => cell.rated);
  const bad = sum((cell) => cell.bad);
  return {
    applications: countOf(cells),
    amount: money(({ amount }) => amount),
    booked: sum(({ booked }) => booked),
    exposure: money(({ exposure }) => exposure),
    rated,
    bad,
    bad_rate: rated === 0 ? null : bad / rated,
  };
}

function countOf(cells: readonly Cell[]): number {
  return cells.reduce((total, { applications }) => total + applications, 0);
}
