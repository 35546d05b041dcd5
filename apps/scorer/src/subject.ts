import type { FraudRules, PartitionWindows, WindowPlan } from "@scoreline/policy";
import type { EventTable, Placed } from "@scoreline/stores/postgres";
import type { PolicySnapshot } from "./snapshot.ts";

/** The types of a topic's good records: the event, what it is scored to, and what is read back of that to be projected. */
export type Kind = { event: object; scored: Placed; committed: Placed };

/** The windows of one partition as of its last commit, and the plan by which they are read. */
export type KeptWindows = { readonly plan: WindowPlan; readonly windows: PartitionWindows };

/** Scores one new event at its place. Called in the order of the stream, since each enters the windows. */
export type Score<K extends Kind> = (event: K["event"], offset: bigint, tMs: number) => K["scored"];

/** What metrics count of a scored event; a card transaction has no status. */
export type Outcome = {
  readonly fraudRules: readonly string[];
  readonly policyVersion: string;
  readonly approvalStatus?: string;
  readonly riskLevel?: string;
};

/** The block of a policy that a topic's events are scored by. */
export type Block = "applications" | "transactions";

/** All that is particular to applications, or to card transactions; the rest of the scorer is one code for both. */
export type Subject<K extends Kind> = {
  readonly block: Block;
  /** The field that names an event: a repeat fails the check `duplicate_<field>`. */
  readonly idField: "application_id" | "transaction_id";
  readonly idOf: (scored: K["scored"]) => string;
  readonly outcomeOf: (scored: K["scored"]) => Outcome;
  readonly table: EventTable<K["scored"], K["committed"]>;
  /** Scores by a read of the catalogue: each event by the version in force at its time. */
  readonly scoreBy: (snapshot: PolicySnapshot, kept: KeptWindows) => Score<K>;
};

/** The rules of a policy that windows are kept for. */
export function rulesOf<Policy extends FraudRules & { readonly transactions: FraudRules }>(
  policy: Policy,
  block: Block,
): FraudRules {
  return block === "applications" ? policy : policy.transactions;
}
