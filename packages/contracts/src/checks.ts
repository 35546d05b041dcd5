import { applicationFields } from "./application.ts";
import { transactionFields } from "./transaction.ts";

/** One rule that a record breaks: where (JSON pointer, RFC 6901), which check, and what to do about it. */
export type Failure = { pointer: string; check: string; detail: string };

const recordChecks = [
  "invalid_json",
  "invalid_record",
  "empty_record",
  "record_too_large",
  "unknown_field",
  "unclassified",
] as const;
const identityChecks = ["duplicate_application_id", "duplicate_transaction_id"] as const;

function nested(fields: Record<string, { unwrap?: () => unknown }>): string[] {
  return Object.entries(fields).flatMap(([name, schema]) => {
    const inner = schema.unwrap?.() as { shape?: Record<string, unknown> } | undefined;
    return [name, ...Object.keys(inner?.shape ?? {}).map((child) => `${name}_${child}`)];
  });
}

const fieldNames = [...new Set([...nested(applicationFields as never), ...nested(transactionFields as never)])];

/** Every `check_type` a data-quality issue can carry: a bounded set, fit for a metric's label. */
export const checkTypes: readonly string[] = [
  ...recordChecks,
  ...identityChecks,
  ...fieldNames.flatMap((name) => [`missing_${name}`, `invalid_${name}`]),
];

const known = new Set(checkTypes);

/** The check of a failing field: `missing_credit_score` for `["credit_score"]` without a value, `invalid_loan_amount`, … */
export function checkOf(path: readonly PropertyKey[], value: unknown): string {
  const names = path.filter((step): step is string => typeof step === "string");
  const problem = value === undefined || value === null ? "missing" : "invalid";
  for (const depth of [2, 1]) {
    const check = `${problem}_${names.slice(0, depth).join("_")}`;
    if (known.has(check)) return check;
  }
  return "invalid_record";
}
