import type { Application } from "./application.ts";
import { type Door, judgeApplication, judgeTransaction, type Parsed } from "./judge.ts";
import { plainApplication } from "./plainApplication.ts";
import { plainTransaction } from "./plainTransaction.ts";
import type { Transaction } from "./transaction.ts";

export type { Forgiven } from "./forgiven.ts";
export { type Door, failuresMax, type Parsed } from "./judge.ts";

/** Reads a loan application. `nowMs` is the clock that bounds the future: the worker's over HTTP, the broker's on a topic. */
export function parseApplication(input: unknown, door: Door, nowMs: number): Parsed<Application> {
  return plainApplication(input, door, nowMs) ?? judgeApplication(input, door, nowMs);
}

/** Reads a card transaction; arguments as for `parseApplication`. */
export function parseTransaction(input: unknown, door: Door, nowMs: number): Parsed<Transaction> {
  return plainTransaction(input, door, nowMs) ?? judgeTransaction(input, door, nowMs);
}
