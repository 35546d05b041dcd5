import {
  type Application,
  type Door,
  type Parsed,
  parseApplication,
  parseTransaction,
  type Transaction,
  topics,
  toWire,
  transactionToWire,
} from "@scoreline/contracts";

/** A record to append, as a producer takes it. */
export interface OutgoingRecord {
  topic: string;
  key: string | null;
  value: Uint8Array;
  headers: Record<string, string>;
}

/** A contract that an HTTP worker holds records to, and the topic that they go to. */
export interface RecordContract<Value> {
  /** What one of its records is called. */
  noun: string;
  topic: string;
  /** The `$id` of the JSON Schema that packages/contracts generates for the topic's records. */
  schema: string;
  parse(input: unknown, door: Door, nowMs: number): Parsed<Value>;
  /** The record's form on its topic. */
  toWire(value: Value): object;
  /** The identifier by which a receipt names the record. */
  identify(value: Value): Record<string, string>;
}

export const applicationContract: RecordContract<Application> = {
  noun: "application",
  topic: topics.creditApplications.name,
  schema: "urn:scoreline:application",
  parse: parseApplication,
  toWire,
  identify: ({ application_id }) => ({ application_id }),
};

export const transactionContract: RecordContract<Transaction> = {
  noun: "transaction",
  topic: topics.transactions.name,
  schema: "urn:scoreline:transaction",
  parse: parseTransaction,
  toWire: transactionToWire,
  identify: ({ transaction_id }) => ({ transaction_id }),
};

const encoder = new TextEncoder();

/** A record as it lies on its topic: in canonical form, keyed by its user. */
export function recordOf<Value extends { user_id: string }>(
  { topic, schema, toWire }: RecordContract<Value>,
  value: Value,
): OutgoingRecord {
  return {
    topic,
    key: value.user_id,
    value: encoder.encode(JSON.stringify(toWire(value))),
    headers: { "content-type": "application/json", schema },
  };
}
