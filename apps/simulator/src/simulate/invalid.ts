import type { WireApplication } from "./applications.ts";
import type { Randomness } from "./randomness.ts";

type Breakage = { check: string; apply: (application: WireApplication) => Record<string, unknown> };

function without(application: WireApplication, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(application).filter(([name]) => name !== field));
}

function replacing(field: string, value: unknown): Breakage {
  return { check: `invalid_${field}`, apply: (application) => ({ ...application, [field]: value }) };
}

/** What senders get wrong, each breaking one rule of the contract. */
const breakages: readonly [Breakage, ...Breakage[]] = [
  { check: "missing_credit_score", apply: (application) => without(application, "credit_score") },
  { check: "missing_credit_score", apply: (application) => ({ ...application, credit_score: null }) },
  { check: "missing_user_id", apply: (application) => without(application, "user_id") },
  { check: "missing_timestamp", apply: (application) => without(application, "timestamp") },
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

/** A copy that fails the contract, and the check that it fails; `application_id` stays. */
export function breakContract(
  application: WireApplication,
  random: Randomness,
): { broken: Record<string, unknown>; check: string } {
  const { apply, check } = random.pick(breakages);
  return { broken: apply(application), check };
}
