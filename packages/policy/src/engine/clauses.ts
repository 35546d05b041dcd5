import type { PolicyFacts } from "../inputs.ts";
import type { CheckedPolicy, Expr } from "../ir.ts";
import { unparse } from "../reasons/unparse.ts";
import { compileTest } from "./compile.ts";
import { type Frame, inputFiller, Layout } from "./frame.ts";
import { compileScorecard } from "./scorecard.ts";

/** What came of one clause. The first risk and approval clause that holds `decides`; those after it were not `asked`. */
export type ClauseOutcome = {
  part: "fraud" | "risk" | "approval";
  id: string;
  /** In the policy's language; undefined for the last clause, which has no condition. */
  test: string | undefined;
  outcome: "holds" | "fails" | "decides" | "not asked";
};

type Clause = { readonly id: string; readonly when?: Expr };

/**
 * Every clause of a policy with its outcome for one application, for people; `Engine.decide` decides. `windows` as there.
 */
export function clauseOutcomes(policy: CheckedPolicy, facts: PolicyFacts, windows: readonly number[]): ClauseOutcome[] {
  const layout = new Layout(policy);
  const frame = layout.frame();
  inputFiller(policy.inputs, layout)(frame, facts);
  for (const [index, { name }] of policy.features.entries()) {
    frame.numbers[layout.number("feature", name)] = windows[index] ?? Number.NaN;
  }
  const scorecard = compileScorecard(policy, layout);
  if (scorecard) frame.numbers[scorecard.slot] = scorecard.total(frame);
  const holds = ({ when }: Clause) => when === undefined || compileTest(when, layout)(frame);
  const fraud = policy.fraud.map((clause) => outcomeOf("fraud", clause, holds(clause) ? "holds" : "fails"));
  frame.isFraud = fraud.some(({ outcome }) => outcome === "holds");
  const risk = firstToHold("risk", policy.risk, holds);
  setRiskLevel(frame, policy, risk);
  return [...fraud, ...risk, ...firstToHold("approval", policy.approval, holds)];
}

function setRiskLevel(frame: Frame, { risk }: CheckedPolicy, outcomes: readonly ClauseOutcome[]): void {
  const level = risk[outcomes.findIndex(({ outcome }) => outcome === "decides")]?.level;
  if (level) frame.riskLevel = level;
}

function firstToHold(
  part: ClauseOutcome["part"],
  clauses: readonly Clause[],
  holds: (clause: Clause) => boolean,
): ClauseOutcome[] {
  const deciding = clauses.findIndex(holds);
  return clauses.map((clause, index) =>
    outcomeOf(part, clause, index < deciding ? "fails" : index === deciding ? "decides" : "not asked"),
  );
}

function outcomeOf(
  part: ClauseOutcome["part"],
  { id, when }: Clause,
  outcome: ClauseOutcome["outcome"],
): ClauseOutcome {
  return { part, id, test: when && unparse(when), outcome };
}
