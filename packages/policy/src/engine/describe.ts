import type { PlainValue, ReasonDetail } from "@scoreline/contracts";
import type { ApplicationFacts } from "../inputs.ts";
import type { Literal } from "../ir.ts";
import { typeOf } from "../reasons/expression.ts";
import { unparse } from "../reasons/unparse.ts";
import type { Compiled } from "./breakpoints.ts";
import { plain } from "./changes.ts";
import type { Frame } from "./frame.ts";
import { pointsLost, type Reason } from "./reasoning.ts";

/** What an explanation quotes besides what the policy reads. */
export type ExplainedFacts = ApplicationFacts & {
  readonly score?:
    | { readonly model?: string | undefined; readonly key_factors?: readonly string[] | undefined }
    | undefined;
};

/** A reason in words and values, without its counterfactual. */
export type Describe = (frame: Frame, facts: ExplainedFacts) => ReasonDetail;

/** The description of a reason on the clause `of`: all that is the same for every decision is worked out here. */
export function describer({ id, code, literal, part }: Reason, of: string, compiled: Compiled): Describe {
  const { scorecard } = compiled.policy;
  const names = part ? [...literal.names, part.characteristic.source.name] : literal.names;
  const readers = names.map((name) => ({ name, read: valueReader(name, compiled) }));
  const test = unparse(literal.expr);
  const threshold = thresholdOf(literal);
  const quotesBureau = names.includes("credit_score") && !literal.fraud;
  return (frame, facts) => {
    const values: Record<string, PlainValue> = {};
    for (const { name, read } of readers) values[name] = read(frame);
    const detail: ReasonDetail = { code, literal: id, clause: of, test, values, threshold };
    if (part && scorecard) detail.pointsLost = pointsLost(part, frame) / 10 ** scorecard.type.scale;
    const factors = quotesBureau ? facts.score?.key_factors : undefined;
    if (factors && factors.length > 0) detail.keyFactors = [...factors];
    return detail;
  };
}

/** Reads what a name stands for, in major units; null where it is missing. */
function valueReader(name: string, { policy, layout }: Compiled): (frame: Frame) => PlainValue {
  const input = policy.inputs.find((candidate) => candidate.name === name);
  if (input && input.type.kind !== "number") {
    const slot = layout.value(name);
    return (frame) => frame.values[slot] ?? null;
  }
  const feature = policy.features.find((candidate) => candidate.name === name);
  if (input?.type.kind === "number") return numberReader(layout.number("input", name), input.type.scale);
  if (feature) return numberReader(layout.number("feature", name), feature.type.scale);
  return numberReader(layout.number("points", name), policy.scorecard?.type.scale ?? 0);
}

function numberReader(slot: number, scale: number): (frame: Frame) => PlainValue {
  return (frame) => plain(frame.numbers[slot] as number, scale);
}

/** The constant that a bare name is compared with, in major units. */
function thresholdOf({ expr }: Literal): PlainValue {
  if (expr.kind !== "comparison") return null;
  const [name, constant] = expr.left.kind === "constant" ? [expr.right, expr.left] : [expr.left, expr.right];
  if (constant.kind !== "constant") return null;
  if (name.kind !== "input" && name.kind !== "feature" && name.kind !== "points") return null;
  const type = typeOf(constant);
  return type.kind === "number" ? plain(Number(constant.value), type.scale) : constant.value;
}
