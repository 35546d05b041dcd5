import fc from "fast-check";
import type { CheckedPolicy } from "../src/ir.ts";
import { Random } from "../src/vectors/random.ts";
import { eventMaker, type PolicyEvent } from "../src/vectors.ts";

/** An event of a stream; one out of scope only warms the windows. */
export type StreamEvent = PolicyEvent & { readonly inScope: boolean };

/** One number for each event of a stream; `eventsOf` makes the events. Fewer numbers make fewer events. */
export function arbitraryEvents(countMax: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(), { minLength: 1, maxLength: countMax, size: "max" });
}

/** A stream that tries a policy: as `policyVectors` makes it, an eighth out of scope. */
export function eventsOf(policy: CheckedPolicy, numbers: readonly number[]): StreamEvent[] {
  const next = eventMaker(policy, "event");
  return numbers.map((number) => ({ ...next(new Random(number)), inScope: number % 8 !== 7 }));
}
