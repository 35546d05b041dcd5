import fc from "fast-check";
import type { CheckedPolicy, FraudRules } from "../src/ir.ts";
import { Random } from "../src/vectors/random.ts";
import { type TransactionEvent, transactionMaker } from "../src/vectors/transactions.ts";
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

/** The same of card transactions. */
export function transactionsOf(
  rules: FraudRules,
  numbers: readonly number[],
): (TransactionEvent & { readonly inScope: boolean })[] {
  const next = transactionMaker(rules, 1);
  return numbers.map((number) => ({ ...next(new Random(number)), inScope: number % 8 !== 7 }));
}
