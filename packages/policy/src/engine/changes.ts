import type { ApprovalStatus, Change, PlainValue } from "@scoreline/contracts";
import type { Expr } from "../ir.ts";
import { statusRank } from "../reasons/planReasons.ts";
import { type Breakpoints, breakpointsOf, type Compiled, type NumberInput } from "./breakpoints.ts";
import { compileTest } from "./compile.ts";
import type { Frame } from "./frame.ts";
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
 * Whether a frame with changed inputs is as a change is to make it, given whether there was suspicion of fraud before. It
 * leaves in the frame what is derived from the inputs. Asked several times for a reason, so it must allocate nothing.
 */
export type Goal = (changed: Frame, wasFraud: boolean) => boolean;

/** To have a test come out as `outcome`. */
export function turning(expr: Expr, outcome: boolean, { layout, settle }: Compiled): Goal {
  const test = compileTest(expr, layout);
  return (changed) => {
    settle(changed);
    return test(changed) === outcome;
  };
}

/**
 * To have a test of the clause that decided on `status` come out as `outcome`, without raising suspicion of fraud and
 * without a worse status.
 */
export function turningForGood(expr: Expr, outcome: boolean, status: ApprovalStatus, compiled: Compiled): Goal {
  const turned = turning(expr, outcome, compiled);
  return (changed, wasFraud) =>
    turned(changed, wasFraud) &&
    (wasFraud || !changed.isFraud) &&
    statusRank[compiled.status(changed)] >= statusRank[status];
}

/** To have a characteristic give the most points that it can. */
function mostPoints({ points, pointsMax }: CompiledCharacteristic): Goal {
  return (changed) => points(changed) === pointsMax;
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
    const to = nearest(frame, slot, breakpoints(frame), goal);
    frame.numbers[slot] = from;
    compiled.settle(frame);
    return to === undefined ? undefined : { input, slot, from, to };
  };
}

/** The value of a slot nearest to what it is that reaches the goal: the first one beyond each breakpoint, nearer ones first. */
function nearest(frame: Frame, slot: number, breakpoints: readonly number[], goal: Goal): number | undefined {
  const from = frame.numbers[slot] as number;
  const wasFraud = frame.isFraud;
  let above = 0;
  while (above < breakpoints.length && (breakpoints[above] as number) <= from) above++;
  let below = above - 1;
  while (below >= 0 || above < breakpoints.length) {
    const down = below >= 0 ? (breakpoints[below] as number) - 1 : Number.NEGATIVE_INFINITY;
    const up = above < breakpoints.length ? (breakpoints[above] as number) : Number.POSITIVE_INFINITY;
    const next = from - down <= up - from ? down : up;
    frame.numbers[slot] = next;
    if (goal(frame, wasFraud)) return next;
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
