import type { Goal, Move } from "./changes.ts";
import type { Frame } from "./frame.ts";

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

/** The sets of some moves that reach a goal, and are minimal: no proper subset reaches it. */
export class MinimalSets {
  readonly #moves: readonly Move[];
  /** By the bits of a subset: whether it reaches the goal. */
  readonly #reaches: readonly boolean[];

  constructor(moves: readonly Move[], frame: Frame, goal: Goal) {
    this.#moves = moves;
    const wasFraud = frame.isFraud;
    const reaches: boolean[] = [];
    // The empty subset comes last and leaves the frame as it was.
    for (let subset = 2 ** moves.length - 1; subset >= 0; subset--) {
      for (let bit = 0; bit < moves.length; bit++) {
        const { slot, from, to } = moves[bit] as Move;
        frame.numbers[slot] = subset & (1 << bit) ? to : from;
      }
      reaches[subset] = goal(frame, wasFraud);
    }
    this.#reaches = reaches;
  }

  /** The smallest one that has the move of `slot` in it; undefined where there is none. */
  with(slot: number): Move[] | undefined {
    const bit = this.#moves.findIndex((move) => move.slot === slot);
    let smallest: Move[] | undefined;
    for (let subset = 1; bit >= 0 && subset < this.#reaches.length; subset++) {
      if ((subset & (1 << bit)) === 0 || !this.#isMinimal(subset)) continue;
      const moves = this.#moves.filter((_, index) => subset & (1 << index));
      if (!smallest || moves.length < smallest.length) smallest = moves;
    }
    return smallest;
  }

  #isMinimal(subset: number): boolean {
    if (!this.#reaches[subset]) return false;
    for (let smaller = (subset - 1) & subset; smaller > 0; smaller = (smaller - 1) & subset) {
      if (this.#reaches[smaller]) return false;
    }
    return true;
  }
}
