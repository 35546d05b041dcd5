/** How a cell's text becomes JSON. `amount` and `time` are the contract's own forms. */
export type CellType = "string" | "integer" | "decimal" | "boolean" | "amount" | "time";

/** The types that a mapping may give to an attribute. */
export const attributeTypes = ["string", "integer", "decimal", "boolean"] as const satisfies readonly CellType[];

export const attributePrefix = "attributes.";

const types = new Map<string, CellType>([
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
]);

/** The fields of an application that a column can fill, attributes apart. */
export const targetNames: readonly string[] = [...types.keys()];

export const requiredTargets = ["application_id", "user_id", "credit_score", "loan_amount", "timestamp"] as const;

/** True for a field's dotted name, or `attributes.` and a lower_snake_case name. */
export function isTarget(name: string): boolean {
  return types.has(name) || /^attributes\.[a-z][a-z0-9_]{0,62}$/.test(name);
}

/** The contract's type of a field; undefined for an attribute, whose type the mapping gives. */
export function typeOfTarget(name: string): CellType | undefined {
  return types.get(name);
}
