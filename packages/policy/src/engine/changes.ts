import type { ApprovalStatus, Change, PlainValue } from "@scoreline/contracts";
import type { Expr } from "../ir.ts";
import { statusRank } from "../reasons/planReasons.ts";
import { type Breakpoints, breakpointsOf, type Compiled, type NumberInput } from "./breakpoints.ts";
import { compileTest } from "./compile.ts";
import type { Frame, Test } from "./frame.ts";
import { binEdges, type CompiledCharacteristic } from "./scorecard.ts";

/** A new value of one input, scaled. */
export type Move = { readonly input: NumberInput; readonly slot: number; readonly from: number; readonly to: number };

/** Finds the least change of one input that reaches a goal; undefined where none within its bounds does. */
export type Search = (frame: Frame) => Move | undefined;

/** The inputs with these names that can be changed: numbers of the application, not windows. */
export function changeable(names: readonly string[], { policy }: Compiled): NumberInput[] {
  return names.flatMap((name) => {
    const input = policy.inputs.find((candidate) => candidate.name === name);
    return input?.type.kind === "number" ? [input as NumberInput] : [];
  });
}

/**
 * What a change is to do: made for a frame as it is, it says of the same frame with changed inputs whether they did it, and
 * leaves in it what is derived from them.
 */
export type Goal = (frame: Frame) => Test;

/** To turn a test. */
export function turning(expr: Expr, { layout, settle }: Compiled): Goal {
  const test = compileTest(expr, layout);
  return (frame) => {
    const before = test(frame);
    return (changed) => {
      settle(changed);
      return test(changed) !== before;
    };
  };
}

/** To turn a test of the clause that decided on `status`, without raising suspicion of fraud and without a worse status. */
export function turningForGood(expr: Expr, status: ApprovalStatus, compiled: Compiled): Goal {
  const turn = turning(expr, compiled);
  return (frame) => {
    const turned = turn(frame);
    const wasFraud = frame.isFraud;
    return (changed) =>
      turned(changed) && (wasFraud || !changed.isFraud) && statusRank[compiled.status(changed)] >= statusRank[status];
  };
}

/** To have a characteristic give the most points that it can. */
function mostPoints({ points, pointsMax }: CompiledCharacteristic): Goal {
  return () => (changed) => points(changed) === pointsMax;
}

/** Searches for the least change that reaches a goal which comes and goes with the outcome of `watched`. */
export function searchOf(goal: Goal, watched: Expr, input: NumberInput, compiled: Compiled): Search | undefined {
  const breakpoints = breakpointsOf(watched, input, compiled);
  return breakpoints && search(goal, breakpoints, input, compiled);
}

/** Searches for the least change after which a characteristic gives the most points that it can. */
export function searchOfMostPoints(of: CompiledCharacteristic, input: NumberInput, compiled: Compiled): Search {
  const points = binEdges(of.characteristic.bins, input.type);
  return search(mostPoints(of), () => points, input, compiled);
}

function search(goal: Goal, breakpoints: Breakpoints, input: NumberInput, compiled: Compiled): Search {
  const slot = compiled.layout.number("input", input.name);
  return (frame) => {
    const from = frame.numbers[slot] as number;
    // A missing input has no value to change from.
    if (Number.isNaN(from)) return undefined;
    const reached = goal(frame);
    const to = nearest(from, breakpoints(frame), (value) => {
      frame.numbers[slot] = value;
      return reached(frame);
    });
    frame.numbers[slot] = from;
    compiled.settle(frame);
    return to === undefined ? undefined : { input, slot, from, to };
  };
}

/** The value nearest to `from` that reaches the goal: the first one beyond each breakpoint, nearer ones first. */
function nearest(
  from: number,
  breakpoints: readonly number[],
  reaches: (value: number) => boolean,
): number | undefined {
  let above = breakpoints.findIndex((point) => point > from);
  if (above < 0) above = breakpoints.length;
  let below = above - 1;
  while (below >= 0 || above < breakpoints.length) {
    const down = (breakpoints[below] ?? Number.NEGATIVE_INFINITY) - 1;
    const up = breakpoints[above] ?? Number.POSITIVE_INFINITY;
    const next = from - down <= up - from ? down : up;
    if (reaches(next)) return next;
    if (next === down) below--;
    else above++;
  }
  return undefined;
}

/** A scaled number in major units; a missing one is null. */
export function plain(value: number, scale: number): PlainValue {
  return Number.isNaN(value) ? null : value / 10 ** scale;
}

/** A move as people read it, in major units. */
export function changeOf({ input, from, to }: Move): Change {
  const { scale } = input.type;
  return { input: input.name, from: plain(from, scale), to: plain(to, scale) };
}
