import type { Change, PlainValue } from "@scoreline/contracts";
import type { Expr } from "../ir.ts";
import { type Breakpoints, binBreakpoints, breakpointsOf, type Compiled, type NumberInput } from "./breakpoints.ts";
import { compileTest } from "./compile.ts";
import type { Frame, Test } from "./frame.ts";
import type { CompiledCharacteristic } from "./scorecard.ts";

/** A new value of one input, scaled. */
export type Move = { readonly input: NumberInput; readonly slot: number; readonly from: number; readonly to: number };

/** Finds the least change of one input that turns an outcome; undefined where none within its bounds does. */
export type Search = (frame: Frame) => Move | undefined;

/** The inputs with these names that can be changed: numbers of the application, not windows. */
export function changeable(names: readonly string[], { policy }: Compiled): NumberInput[] {
  return names.flatMap((name) => {
    const input = policy.inputs.find((candidate) => candidate.name === name);
    return input?.type.kind === "number" ? [input as NumberInput] : [];
  });
}

/** The least change of an input after which `expr` comes out the other way, all that is derived worked out again. */
export function searchOf(expr: Expr, input: NumberInput, compiled: Compiled): Search | undefined {
  const breakpoints = breakpointsOf(expr, input, compiled);
  if (!breakpoints) return undefined;
  const test = compileTest(expr, compiled.layout);
  return search(input, breakpoints, settled(test, compiled), compiled);
}

/** The least change of an input after which a characteristic gives the most points that it can. */
export function searchOfMostPoints(of: CompiledCharacteristic, input: NumberInput, compiled: Compiled): Search {
  const points = binBreakpoints(of.characteristic.bins, input.type);
  return search(
    input,
    () => points,
    (frame) => of.points(frame) === of.pointsMax,
    compiled,
  );
}

/** A test that first works out again what is derived: for a frame with changed inputs. */
export function settled(test: Test, { settle }: Compiled): Test {
  return (frame) => {
    settle(frame);
    return test(frame);
  };
}

function search(input: NumberInput, breakpoints: Breakpoints, outcome: Test, compiled: Compiled): Search {
  const slot = compiled.layout.number("input", input.name);
  return (frame) => {
    const from = frame.numbers[slot] as number;
    // A missing input has no value to change from.
    if (Number.isNaN(from)) return undefined;
    const before = outcome(frame);
    const to = nearest(from, breakpoints(frame), (value) => {
      frame.numbers[slot] = value;
      return outcome(frame) !== before;
    });
    frame.numbers[slot] = from;
    compiled.settle(frame);
    return to === undefined ? undefined : { input, slot, from, to };
  };
}

/** The value nearest to `from` that turns the outcome: the first one beyond each breakpoint, nearer ones first. */
function nearest(from: number, breakpoints: readonly number[], turns: (value: number) => boolean): number | undefined {
  let above = breakpoints.findIndex((point) => point > from);
  if (above < 0) above = breakpoints.length;
  let below = above - 1;
  while (below >= 0 || above < breakpoints.length) {
    const down = (breakpoints[below] ?? Number.NEGATIVE_INFINITY) - 1;
    const up = breakpoints[above] ?? Number.POSITIVE_INFINITY;
    const next = from - down <= up - from ? down : up;
    if (turns(next)) return next;
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
