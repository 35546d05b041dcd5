import type { Move } from "./changes.ts";
import type { Frame, Test } from "./frame.ts";

/** Inputs of a set of changes at most: their subsets are all tried, and nobody acts on more at once. */
export const movesMax = 8;

/** Moves by input. Of two in one direction the farther is kept, which does the other's work too; else the first. */
export function mergeMoves(moves: readonly Move[]): Move[] {
  const bySlot = new Map<number, Move>();
  for (const move of moves) {
    const other = bySlot.get(move.slot);
    if (!other || isFarther(move, other)) bySlot.set(move.slot, move);
  }
  return [...bySlot.values()].slice(0, movesMax);
}

function isFarther(move: Move, other: Move): boolean {
  const [step, otherStep] = [move.to - move.from, other.to - other.from];
  return Math.sign(step) === Math.sign(otherStep) && Math.abs(step) > Math.abs(otherStep);
}

/**
 * The smallest set of moves that has the move of `slot` in it, turns the outcome, and is minimal: no proper subset turns
 * it. Undefined where there is none.
 */
export class MinimalSets {
  readonly #moves: readonly Move[];
  /** By the bits of a subset: whether it turns the outcome. */
  readonly #turns: readonly boolean[];

  constructor(moves: readonly Move[], frame: Frame, outcome: Test) {
    this.#moves = moves;
    const before = outcome(frame);
    this.#turns = Array.from({ length: 2 ** moves.length }, (_, subset) => {
      for (const [bit, move] of moves.entries()) frame.numbers[move.slot] = subset & (1 << bit) ? move.to : move.from;
      return outcome(frame) !== before;
    });
    for (const move of moves) frame.numbers[move.slot] = move.from;
    outcome(frame);
  }

  with(slot: number): Move[] | undefined {
    const bit = this.#moves.findIndex((move) => move.slot === slot);
    let smallest: Move[] | undefined;
    for (let subset = 1; bit >= 0 && subset < this.#turns.length; subset++) {
      if ((subset & (1 << bit)) === 0 || !this.#isMinimal(subset)) continue;
      const moves = this.#moves.filter((_, index) => subset & (1 << index));
      if (!smallest || moves.length < smallest.length) smallest = moves;
    }
    return smallest;
  }

  #isMinimal(subset: number): boolean {
    if (!this.#turns[subset]) return false;
    for (let smaller = (subset - 1) & subset; smaller > 0; smaller = (smaller - 1) & subset) {
      if (this.#turns[smaller]) return false;
    }
    return true;
  }
}
