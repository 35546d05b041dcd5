import type { PlainValue } from "@scoreline/contracts";
import { type ApplicationFacts, type PolicyFacts, readInput, type TransactionFacts } from "../inputs.ts";
import type { CheckedPolicy, Expr, FraudClause, FraudRules } from "../ir.ts";
import { namesOf } from "../reasons/expression.ts";
import { unparse } from "../reasons/unparse.ts";
import { plain } from "./changes.ts";
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

/** A fraud clause on a card transaction, with what it read by name: in major units, null where it was missing. */
export type FraudOutcome = ClauseOutcome & { values: Record<string, PlainValue> };

type Clause = { readonly id: string; readonly when?: Expr };

/**
 * Every clause of a policy with its outcome for one application, for people; `Engine.decide` decides. `windows` as there.
 */
export function clauseOutcomes(
  policy: CheckedPolicy,
  facts: ApplicationFacts,
  windows: readonly number[],
): ClauseOutcome[] {
  const { layout, frame } = filledFrame(policy, facts, windows);
  const scorecard = compileScorecard(policy, layout);
  if (scorecard) frame.numbers[scorecard.slot] = scorecard.total(frame);
  const holds = ({ when }: Clause) => when === undefined || compileTest(when, layout)(frame);
  const fraud = holdingOrNot(policy.fraud, holds);
  frame.isFraud = fraud.some(({ outcome }) => outcome === "holds");
  const risk = firstToHold("risk", policy.risk, holds);
  setRiskLevel(frame, policy, risk);
  return [...fraud, ...risk, ...firstToHold("approval", policy.approval, holds)];
}

/** Every clause of the rules with its outcome for one card transaction, as `clauseOutcomes` gives an application's. */
export function fraudOutcomes(rules: FraudRules, facts: TransactionFacts, windows: readonly number[]): FraudOutcome[] {
  const { layout, frame } = filledFrame(rules, facts, windows);
  const values = plainValues(rules, facts, windows);
  return holdingOrNot(rules.fraud, ({ when }) => compileTest(when, layout)(frame)).map((outcome, index) => {
    const names = namesOf((rules.fraud[index] as FraudClause).when);
    return { ...outcome, values: Object.fromEntries(names.map((name) => [name, values.get(name) ?? null])) };
  });
}

function filledFrame(
  policy: FraudRules & Pick<CheckedPolicy, "scorecard">,
  facts: PolicyFacts,
  windows: readonly number[],
) {
  const layout = new Layout(policy);
  const frame = layout.frame();
  inputFiller(policy.inputs, layout)(frame, facts);
  for (const [index, { name }] of policy.features.entries()) {
    frame.numbers[layout.number("feature", name)] = windows[index] ?? Number.NaN;
  }
  return { layout, frame };
}

/** Inputs and windows by name, in major units. */
function plainValues({ inputs, features }: FraudRules, facts: PolicyFacts, windows: readonly number[]) {
  const values = new Map<string, PlainValue>();
  for (const input of inputs) {
    const value = readInput(input, facts);
    const isNumber = typeof value === "number" && input.type.kind === "number";
    values.set(input.name, isNumber ? plain(value, input.type.scale) : (value ?? null));
  }
  for (const [index, { name, type }] of features.entries()) {
    values.set(name, plain(windows[index] ?? Number.NaN, type.scale));
  }
  return values;
}

function holdingOrNot(clauses: readonly FraudClause[], holds: (clause: FraudClause) => boolean): ClauseOutcome[] {
  return clauses.map((clause) => outcomeOf("fraud", clause, holds(clause) ? "holds" : "fails"));
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
