import { amountMinorMax, cardTypes } from "@scoreline/contracts";
import type { Input, NumberType, ValueType } from "../ir.ts";
import { basisOf, type Refusal, refusalOf } from "./prohibited.ts";

const string: ValueType = { kind: "string" };
const boolean: ValueType = { kind: "boolean" };
const creditScore: NumberType = { kind: "number", scale: 0, min: 300, max: 850 };
const money: NumberType = { kind: "number", scale: 2, min: 1, max: amountMinorMax };
const years: NumberType = { kind: "number", scale: 0, min: 0, max: 130 };

function field(name: string, type: ValueType, optional = false): Input {
  return { name, origin: "field", type, optional };
}

/** What a policy may read of an application; the names are those of the columns of `credit_scores`. */
export const applicationFields: readonly Input[] = [
  field("credit_score", creditScore),
  field("loan_amount", money),
  field("device_id", string, true),
  field("applicant_age", years, true),
  field("applicant_region", string, true),
  field("score_model", string, true),
  field("consent_automated_decision", boolean, true),
  field("consent_analytics", boolean, true),
];

/** What a policy may read of a card transaction. */
export const transactionFields: readonly Input[] = [
  field("amount", money),
  field("credit_score", creditScore),
  field("merchant", string),
  field("location", string),
  { ...field("card_type", string), values: cardTypes },
  field("device_id", string),
];

const identity = {
  message: "tells records and people apart and says nothing of the risk",
  fix: "remove it: windows are already over the events of one user",
};
const senderTime = {
  message: "is the sender's clock, which a fraudster sets",
  fix: "remove it: windows go by the broker's time",
};
const senderLabel = {
  message: "is the sender's own label and not our finding",
  fix: "remove it, and write the rule itself",
};

function prohibited(name: string): [string, Refusal] {
  const basis = basisOf(name);
  if (!basis) throw new Error(`${name} is on no prohibited basis`);
  return [name, refusalOf(basis)];
}

/** Fields of an application that no policy reads, and why. */
export const applicationRefusals: ReadonlyMap<string, Refusal> = new Map([
  prohibited("applicant_gender"),
  prohibited("applicant_name"),
  ["application_id", identity],
  ["user_id", identity],
  ["timestamp", senderTime],
]);

/** Fields of a transaction that no policy reads, and why. */
export const transactionRefusals: ReadonlyMap<string, Refusal> = new Map([
  ["risk_level", senderLabel],
  ["is_fraud", senderLabel],
  ["transaction_id", identity],
  ["user_id", identity],
  ["timestamp", senderTime],
]);

/** Names that a policy cannot give to anything of its own: the contract's, the language's and JavaScript's. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...[...applicationFields, ...transactionFields].map(({ name }) => name),
  ...applicationRefusals.keys(),
  ...transactionRefusals.keys(),
  // The reserved words of CEL (language definition, Syntax), and its macro.
  ..."as break const continue else false for function has if import in let loop namespace null package return true".split(
    " ",
  ),
  ..."var void while".split(" "),
  "constructor",
]);
