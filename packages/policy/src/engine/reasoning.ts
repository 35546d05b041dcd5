import type { ReasonCode } from "@scoreline/contracts";
import { type CheckedPolicy, type Formula, type Literal, type ReasonPlan, reasonsMax } from "../ir.ts";
import { compileLiteral, compileTest, junction } from "./compile.ts";
import type { Frame, Layout, Test } from "./frame.ts";
import type { CompiledCharacteristic, CompiledScorecard } from "./scorecard.ts";

/** A reason of one decision: a literal, or the part of a scorecard that a literal on its total gives way to. */
export type Reason = {
  readonly id: string;
  readonly code: ReasonCode;
  readonly literal: Literal;
  readonly part?: CompiledCharacteristic;
};

type Marker = (frame: Frame, held: Uint8Array) => void;

/** Finds the reasons of decisions by one approval clause. Its formula is known to hold where that clause decided. */
export class Reasoning {
  readonly plan: ReasonPlan;
  readonly tests: readonly Test[];
  readonly #reasons: readonly Reason[];
  /** By literal: what it gives way to where points were lost; empty for all but tests of a low total. */
  readonly #parts: readonly (readonly Required<Reason>[])[];
  readonly #mark: Marker | undefined;
  readonly #held: Uint8Array;

  constructor(plan: ReasonPlan, policy: CheckedPolicy, scorecard: CompiledScorecard | undefined, layout: Layout) {
    this.plan = plan;
    this.tests = plan.literals.map(({ expr }) => compileLiteral(expr, policy.inputs, layout));
    this.#reasons = plan.literals.map((literal) => ({ id: literal.id, code: literal.code, literal }));
    this.#parts = this.#reasons.map((reason) =>
      (reason.literal.scorecard ? (scorecard?.characteristics ?? []) : []).map((part) => {
        return { ...reason, id: `${reason.id}/${part.characteristic.id}`, code: part.code, part };
      }),
    );
    this.#mark = plan.formula && this.#marker(plan.formula, layout);
    this.#held = new Uint8Array(plan.literals.length);
  }

  /** The reasons in rank order, at most `reasonsMax`; none where the clause's own reason stands alone. */
  find(frame: Frame): Reason[] {
    return this.#mark ? this.#collect(frame, reasonsMax) : [];
  }

  /** As `find`, without a bound: what all has to change for the clause to come out the other way. */
  findAll(frame: Frame): Reason[] {
    return this.#mark ? this.#collect(frame, Number.POSITIVE_INFINITY) : [];
  }

  #collect(frame: Frame, max: number): Reason[] {
    const held = this.#held.fill(0);
    this.#mark?.(frame, held);
    const found: Reason[] = [];
    for (let rank = 0; rank < held.length && found.length < max; rank++) {
      const reason = this.#reasons[rank];
      if (held[rank] === 0 || !reason) continue;
      const parts = this.#partsLost(rank, frame);
      if (parts.length > 0) found.push(...parts);
      else found.push(reason);
    }
    return found.length > max ? found.slice(0, max) : found;
  }

  /** What lost points, the most first, then in the scorecard's order. */
  #partsLost(rank: number, frame: Frame): Reason[] {
    const parts = this.#parts[rank] ?? [];
    if (parts.length === 0) return [];
    const lost = parts.map((reason) => ({ reason, points: pointsLost(reason.part, frame) }));
    const losing = lost.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points);
    return losing.map(({ reason }) => reason);
  }

  /** Marks the reasons in a formula that holds: in an `all` everything holds, in an `any` whatever is found to. */
  #marker(formula: Formula, layout: Layout): Marker {
    switch (formula.kind) {
      case "literal": {
        const { literal } = formula;
        return (_, held) => {
          held[literal] = 1;
        };
      }
      case "guard":
        return () => undefined;
      case "all": {
        const markers = formula.operands.map((operand) => this.#marker(operand, layout));
        return (frame, held) => {
          for (const mark of markers) mark(frame, held);
        };
      }
      case "any": {
        const branches = formula.operands.map((operand) => ({
          test: this.#test(operand, layout),
          mark: this.#marker(operand, layout),
        }));
        return (frame, held) => {
          for (const { test, mark } of branches) if (test(frame)) mark(frame, held);
        };
      }
    }
  }

  #test(formula: Formula, layout: Layout): Test {
    if (formula.kind === "guard") return compileTest(formula.expr, layout);
    if (formula.kind === "literal") return this.tests[formula.literal] ?? (() => false);
    const tests = formula.operands.map((operand) => this.#test(operand, layout));
    return junction(formula.kind === "all" ? "and" : "or", tests);
  }
}

/** The most points that a characteristic can give less what it gave, scaled. */
export function pointsLost({ points, pointsMax }: CompiledCharacteristic, frame: Frame): number {
  return pointsMax - points(frame);
}
