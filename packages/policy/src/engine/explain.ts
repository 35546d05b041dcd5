import type { Counterfactual, PlainValue, ReasonDetail } from "@scoreline/contracts";
import type { PolicyFacts } from "../inputs.ts";
import type { Expr, Literal } from "../ir.ts";
import { typeOf } from "../reasons/expression.ts";
import { unparse } from "../reasons/unparse.ts";
import type { Compiled } from "./breakpoints.ts";
import {
  changeable,
  changeOf,
  type Goal,
  type Move,
  plain,
  type Search,
  searchOf,
  searchOfMostPoints,
  turning,
  turningForGood,
} from "./changes.ts";
import type { Frame } from "./frame.ts";
import { pointsLost, type Reason, type Reasoning } from "./reasoning.ts";
import { MinimalSets, mergeMoves } from "./sets.ts";

/** What an explanation quotes besides what the policy reads. */
export type ExplainedFacts = PolicyFacts & {
  readonly score?:
    | { readonly model?: string | undefined; readonly key_factors?: readonly string[] | undefined }
    | undefined;
};

/** For one reason: how to change the clause by one of its inputs, and how to turn the reason's own test. */
type Searches = { readonly clause: readonly Search[]; readonly own: readonly Search[] };

const isFraud: Expr = { kind: "derived", name: "is_fraud", type: { kind: "boolean" } };

/** Explains the decisions of one approval clause; what can be prepared is prepared on first use. */
export class Explainer {
  readonly #reasoning: Reasoning;
  readonly #compiled: Compiled;
  readonly #goal: Goal;
  /** Whatever the goal depends on. */
  readonly #watched: Expr;
  readonly #searches = new Map<string, Searches>();

  constructor(reasoning: Reasoning, compiled: Compiled) {
    const { approval } = compiled.policy;
    const { clause, of } = reasoning.plan;
    const status = approval.find(({ id }) => id === clause)?.status;
    const when = approval.find(({ id }) => id === of)?.when;
    if (!status || !when) throw new Error(`Clause ${of} has no condition that reasons could be of.`);
    this.#reasoning = reasoning;
    this.#compiled = compiled;
    this.#goal = turningForGood(when, status, compiled);
    // No status is worse than a rejection; from another one every clause may lead to a worse one.
    const others = status === "Rejected" ? [] : approval.flatMap((other) => other.when ?? []);
    this.#watched = { kind: "or", operands: [when, isFraud, ...others] };
  }

  /** The details of the reasons that hold in a frame, in rank order. */
  explain(frame: Frame, facts: ExplainedFacts): ReasonDetail[] {
    const all = this.#reasoning.findAll(frame);
    // How to be no suspect is nobody's to know, whichever reason it comes up with.
    const open = !all.some(({ literal }) => literal.fraud);
    let made: MinimalSets | undefined;
    const sets = () => {
      made ??= this.#setsOf(all, frame);
      return made;
    };
    return this.#reasoning.find(frame).map((reason) => {
      const detail = this.#describe(reason, frame, facts);
      const counterfactual = open ? this.#counterfactual(reason, frame, sets) : undefined;
      return counterfactual ? { ...detail, counterfactual } : detail;
    });
  }

  #describe({ id, code, literal, part }: Reason, frame: Frame, facts: ExplainedFacts): ReasonDetail {
    const { scorecard } = this.#compiled.policy;
    const names = part ? [...literal.names, part.characteristic.source.name] : literal.names;
    const factors = facts.score?.key_factors ?? [];
    return {
      code,
      literal: id,
      clause: this.#reasoning.plan.of,
      test: unparse(literal.expr),
      values: Object.fromEntries(names.map((name) => [name, this.#valueOf(name, frame)])),
      threshold: thresholdOf(literal),
      ...(part && scorecard ? { pointsLost: pointsLost(part, frame) / 10 ** scorecard.type.scale } : {}),
      ...(names.includes("credit_score") && !literal.fraud && factors.length > 0 ? { keyFactors: [...factors] } : {}),
    };
  }

  #valueOf(name: string, frame: Frame): PlainValue {
    const { policy, layout } = this.#compiled;
    const input = policy.inputs.find((candidate) => candidate.name === name);
    if (input && input.type.kind !== "number") return frame.values[layout.value(name)] ?? null;
    if (input?.type.kind === "number") return plain(numberAt(frame, layout.number("input", name)), input.type.scale);
    const feature = policy.features.find((candidate) => candidate.name === name);
    if (feature) return plain(numberAt(frame, layout.number("feature", name)), feature.type.scale);
    return plain(numberAt(frame, layout.number("points", name)), policy.scorecard?.type.scale ?? 0);
  }

  #counterfactual(reason: Reason, frame: Frame, sets: () => MinimalSets): Counterfactual | undefined {
    const { clause, own } = this.#searchesOf(reason);
    const single = firstMove(clause, frame);
    if (single) return { kind: "single", changes: [changeOf(single)] };
    const first = firstMove(own, frame);
    const set = first && sets().with(first.slot);
    return set && { kind: "set", changes: set.map(changeOf) };
  }

  #setsOf(all: readonly Reason[], frame: Frame): MinimalSets {
    const moves = all.flatMap((reason) => firstMove(this.#searchesOf(reason).own, frame) ?? []);
    return new MinimalSets(mergeMoves(moves), frame, this.#goal);
  }

  #searchesOf(reason: Reason): Searches {
    const known = this.#searches.get(reason.id);
    if (known) return known;
    const searches = this.#prepare(reason);
    this.#searches.set(reason.id, searches);
    return searches;
  }

  #prepare({ literal, part }: Reason): Searches {
    const compiled = this.#compiled;
    if (!part && literal.expr.kind !== "comparison") return { clause: [], own: [] };
    const source = part?.characteristic.source;
    const inputs = changeable(source ? (source.kind === "input" ? [source.name] : []) : literal.names, compiled);
    return {
      clause: inputs.flatMap((input) => searchOf(this.#goal, this.#watched, input, compiled) ?? []),
      own: inputs.flatMap((input) =>
        part
          ? searchOfMostPoints(part, input, compiled)
          : (searchOf(turning(literal.expr, compiled), literal.expr, input, compiled) ?? []),
      ),
    };
  }
}

function firstMove(searches: readonly Search[], frame: Frame): Move | undefined {
  for (const search of searches) {
    const move = search(frame);
    if (move) return move;
  }
  return undefined;
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

function numberAt(frame: Frame, slot: number): number {
  return frame.numbers[slot] as number;
}
