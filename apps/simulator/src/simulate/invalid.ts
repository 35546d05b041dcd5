import type { Randomness } from "./randomness.ts";

type Fields = Record<string, unknown>;

/** One thing that senders get wrong, and the check that it fails. */
export type Breakage = { check: string; apply: (record: Fields) => Fields };

export type Breakages = readonly [Breakage, ...Breakage[]];

export function without(field: string): Breakage {
  const apply = (record: Fields) => Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
  return { check: `missing_${field}`, apply };
}

export function replacing(field: string, value: unknown): Breakage {
  const check = `${value === null ? "missing" : "invalid"}_${field}`;
  return { check, apply: (record) => ({ ...record, [field]: value }) };
}

/** What senders of applications get wrong, each breaking one rule of the contract. */
export const applicationBreakages: Breakages = [
  without("credit_score"),
  replacing("credit_score", null),
  without("user_id"),
  without("timestamp"),
  replacing("credit_score", 299),
  replacing("credit_score", 851),
  replacing("credit_score", 640.5),
  replacing("credit_score", "640"),
  replacing("loan_amount", -2500),
  replacing("loan_amount", 0),
  replacing("loan_amount", "1250.005"),
  replacing("loan_amount", "12,500.00"),
  replacing("timestamp", "yesterday"),
  replacing("timestamp", "2025-02-30T12:00:00Z"),
  replacing("timestamp", "2025-01-31T09:30:00"),
  replacing("user_id", "user 17"),
  {
    check: "invalid_applicant_age",
    apply: (application) => ({ ...application, applicant: { name: "Ada Example", age: "forty" } }),
  },
  { check: "unknown_field", apply: (application) => ({ ...application, ssn_last4: "1234" }) },
];

/** A copy that fails the contract, and the check that it fails; its identifier stays. */
export function breakContract(
  record: Fields,
  breakages: Breakages,
  random: Randomness,
): { broken: Fields; check: string } {
  const { apply, check } = random.pick(breakages);
  return { broken: apply(record), check };
}
