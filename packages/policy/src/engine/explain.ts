import type { ReasonDetail } from "@scoreline/contracts";
import { type Expr, reasonsMax } from "../ir.ts";
import type { Compiled } from "./breakpoints.ts";
import {
  changeable,
  changeOf,
  type Goal,
  type Move,
  type Search,
  searchOf,
  searchOfMostPoints,
  turning,
  turningForGood,
} from "./changes.ts";
import { type Describe, describer, type ExplainedFacts } from "./describe.ts";
import type { Frame } from "./frame.ts";
import type { Reason, Reasoning } from "./reasoning.ts";
import { MinimalSets, mergeMoves } from "./sets.ts";

/** What is made once for a reason: its words, how to change the clause by one of its inputs, and how to turn its own test. */
type Prepared = {
  readonly describe: Describe;
  readonly fraud: boolean;
  readonly clause: readonly Search[];
  readonly own: readonly Search[];
};

const isFraud: Expr = { kind: "derived", name: "is_fraud", type: { kind: "boolean" } };

/** Explains the decisions of one approval clause; what can be prepared is prepared on first use. */
export class Explainer {
  readonly #reasoning: Reasoning;
  readonly #compiled: Compiled;
  readonly #goal: Goal;
  /** Whatever the goal depends on. */
  readonly #watched: Expr;
  readonly #prepared = new Map<Reason, Prepared>();

  constructor(reasoning: Reasoning, compiled: Compiled) {
    const { approval } = compiled.policy;
    const { clause, of } = reasoning.plan;
    const status = approval.find(({ id }) => id === clause)?.status;
    const when = approval.find(({ id }) => id === of)?.when;
    if (!status || !when) throw new Error(`Clause ${of} has no condition that reasons could be of.`);
    this.#reasoning = reasoning;
    this.#compiled = compiled;
    // Of a fall-through the better clause failed.
    this.#goal = turningForGood(when, of !== clause, status, compiled);
    // No status is worse than a rejection; from another one every clause may lead to a worse one.
    const others = status === "Rejected" ? [] : approval.flatMap((other) => other.when ?? []);
    this.#watched = { kind: "or", operands: [when, isFraud, ...others] };
  }

  /** The details of the reasons that hold in a frame, in rank order. */
  explain(frame: Frame, facts: ExplainedFacts): ReasonDetail[] {
    const all = this.#reasoning.findAll(frame).map((reason) => this.#preparedFor(reason));
    // How to be no suspect is nobody's to know, whichever reason it comes up with.
    const open = !all.some(({ fraud }) => fraud);
    let made: OwnMoves | undefined;
    return all.slice(0, reasonsMax).map(({ describe, clause }, index) => {
      const detail = describe(frame, facts);
      if (!open) return detail;
      const single = firstMove(clause, frame);
      if (single) {
        detail.counterfactual = { kind: "single", changes: [changeOf(single)] };
        return detail;
      }
      made ??= this.#ownMoves(all, frame);
      const set = made.setWith(index);
      if (set) detail.counterfactual = { kind: "set", changes: set.map(changeOf) };
      return detail;
    });
  }

  #preparedFor(reason: Reason): Prepared {
    const known = this.#prepared.get(reason);
    if (known) return known;
    const prepared = this.#prepare(reason);
    this.#prepared.set(reason, prepared);
    return prepared;
  }

  #prepare(reason: Reason): Prepared {
    const { literal, part } = reason;
    const compiled = this.#compiled;
    const words = { describe: describer(reason, this.#reasoning.plan.of, compiled), fraud: literal.fraud };
    if (!part && literal.expr.kind !== "comparison") return { ...words, clause: [], own: [] };
    const source = part?.characteristic.source;
    const inputs = changeable(source ? (source.kind === "input" ? [source.name] : []) : literal.names, compiled);
    return {
      ...words,
      clause: inputs.flatMap((input) => searchOf(this.#goal, this.#watched, input, compiled) ?? []),
      own: inputs.flatMap((input) =>
        part
          ? searchOfMostPoints(part, input, compiled)
          : (searchOf(turning(literal.expr, false, compiled), literal.expr, input, compiled) ?? []),
      ),
    };
  }

  /** What turns each reason's own test, and the sets of these that turn the clause. */
  #ownMoves(all: readonly Prepared[], frame: Frame): OwnMoves {
    const moves = all.map(({ own }) => firstMove(own, frame));
    const sets = new MinimalSets(mergeMoves(moves.filter((move) => move !== undefined)), frame, this.#goal);
    return {
      setWith(index) {
        const move = moves[index];
        return move && sets.with(move.slot);
      },
    };
  }
}

/** The smallest set that has the own move of the reason at `index` in it; undefined where there is none. */
type OwnMoves = { setWith(index: number): Move[] | undefined };

function firstMove(searches: readonly Search[], frame: Frame): Move | undefined {
  for (const search of searches) {
    const move = search(frame);
    if (move) return move;
  }
  return undefined;
}
