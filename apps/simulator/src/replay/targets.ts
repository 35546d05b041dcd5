import type { RecordKind } from "../transport/post.ts";

/** How a cell's text becomes JSON. `amount` and `time` are the contract's own forms. */
export type CellType = "string" | "integer" | "decimal" | "boolean" | "amount" | "time";

/** The types that a mapping may give to an attribute. */
export const attributeTypes = ["string", "integer", "decimal", "boolean"] as const satisfies readonly CellType[];

export const attributePrefix = "attributes.";

/** The contracts that a file's rows can be held to. */
export const contractNames = ["application", "transaction"] as const;
export type ContractName = (typeof contractNames)[number];

/** What the rows of a file become by one contract. */
export type Targets = {
  /** What one of them is called, with its article. */
  called: string;
  /** Its identifier. */
  id: "application_id" | "transaction_id";
  /** Where ingest takes them. */
  kind: RecordKind;
  /** The contract's type of each field that a column can fill, attributes apart. */
  types: ReadonlyMap<string, CellType>;
  required: readonly string[];
  hasAttributes: boolean;
};

const targets: Record<ContractName, Targets> = {
  application: {
    called: "an application",
    id: "application_id",
    kind: "applications",
    types: new Map([
      ["application_id", "string"],
      ["user_id", "string"],
      ["credit_score", "integer"],
      ["loan_amount", "amount"],
      ["timestamp", "time"],
      ["applicant.name", "string"],
      ["applicant.age", "integer"],
      ["applicant.gender", "string"],
      ["applicant.region", "string"],
      ["device_id", "string"],
      ["score.model", "string"],
      ["score.date", "string"],
      ["consent.automated_decision", "boolean"],
      ["consent.analytics", "boolean"],
    ]),
    required: ["application_id", "user_id", "credit_score", "loan_amount", "timestamp"],
    hasAttributes: true,
  },
  transaction: {
    called: "a transaction",
    id: "transaction_id",
    kind: "transactions",
    types: new Map([
      ["transaction_id", "string"],
      ["user_id", "string"],
      ["amount", "amount"],
      ["timestamp", "time"],
      ["location", "string"],
      ["merchant", "string"],
      ["card_type", "string"],
      ["device_id", "string"],
      ["credit_score", "integer"],
      ["risk_level", "string"],
      ["is_fraud", "boolean"],
    ]),
    required: [
      "transaction_id",
      "user_id",
      "amount",
      "timestamp",
      "location",
      "merchant",
      "card_type",
      "device_id",
      "credit_score",
    ],
    hasAttributes: false,
  },
};

export function targetsOf(contract: ContractName): Targets {
  return targets[contract];
}

/** True for a field's dotted name, or `attributes.` and a lower_snake_case name where the contract has attributes. */
export function isTarget({ types, hasAttributes }: Targets, name: string): boolean {
  return types.has(name) || (hasAttributes && /^attributes\.[a-z][a-z0-9_]{0,62}$/.test(name));
}
