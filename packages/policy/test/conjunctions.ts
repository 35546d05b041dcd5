import type { Application } from "@scoreline/contracts";
import fc from "fast-check";
import type { CheckedPolicy } from "../src/ir.ts";
import { policyWith } from "./support.ts";

const scorecard = `
  id: total
  base: 100
  characteristics:
    - input: credit_score
      bins: [{ to: 500, points: 0 }, { from: 500, to: 650, points: 40.5 }, { from: 650, points: 90 }]
    - input: dti
      bins: [{ missing: true, points: 0 }, { to: 20, points: 60 }, { from: 20, to: 45, points: 30 }, { from: 45, points: -10 }]
    - { id: length, input: term, bins: [{ in: [12, 24, 36], points: 25 }, { other: true, points: 5 }] }
    - input: purpose
      bins: [{ in: [house], points: 30 }, { other: true, points: 10 }, { missing: true, points: 0 }]`;

const score = fc.integer({ min: 310, max: 840 });
const money = fc.integer({ min: 1, max: 9_000_000 }).map((cents) => cents / 100);

/** What a lender may ask for; each of it can come out either way. */
const wish = fc.oneof(
  score.map((value) => `credit_score >= ${value}`),
  money.map((value) => `loan_amount <= ${value}`),
  money.map((value) => `annual_income > ${value}`),
  fc.integer({ min: 2, max: 59 }).map((value) => `term <= ${value}`),
  fc.integer({ min: 1, max: 99 }).map((value) => `(has(dti) && dti < ${value})`),
  fc.integer({ min: 1, max: 19 }).map((value) => `(has(inquiries) && inquiries <= ${value})`),
  fc.integer({ min: 2, max: 9 }).map((value) => `loan_amount * ${value} < annual_income`),
  fc.integer({ min: 2, max: 9 }).map((value) => `credit_score - ${value} * term >= 450`),
  fc.integer({ min: 130, max: 280 }).map((value) => `total >= ${value}`),
  fc.integer({ min: 130, max: 280 }).map((value) => `total - term > ${value}`),
  fc.constantFrom("risk_level != 'High'", "risk_level == 'Low'", "!is_fraud", "has(employed) && employed"),
);

/** An approval on several conditions, as a clause that approves by them or one that rejects without them. */
export const conjunctions: fc.Arbitrary<CheckedPolicy> = fc
  .tuple(fc.array(fc.array(wish, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }), fc.boolean())
  .map(([conditions, approves]) => {
    const when = conditions.map((any) => `(${any.join(" || ")})`).join(" && ");
    const clauses = approves
      ? `{ id: yes, status: Approved, when: ${JSON.stringify(when)} }
         { id: rest, status: Rejected, reason: CREDIT_SCORE_TOO_LOW }`
      : `{ id: no, status: Rejected, when: ${JSON.stringify(`!(${when})`)}, reason: CREDIT_SCORE_TOO_LOW }
         { id: rest, status: Approved }`;
    return policyWith({ approval: clauses, ...(when.includes("total") ? { scorecard } : {}) });
  });

/** An application with values anywhere, some of them missing. */
export const applications: fc.Arbitrary<Application> = fc.record({
  application_id: fc.constant("1"),
  user_id: fc.constant("1"),
  timestamp_ms: fc.constant(0),
  credit_score: fc.integer({ min: 300, max: 850 }),
  loan_amount_minor: fc.integer({ min: 1, max: 10_000_000 }),
  attributes: fc.record(
    {
      dti: fc.integer({ min: 0, max: 1_000 }).map((tenths) => tenths / 10),
      inquiries: fc.integer({ min: 0, max: 20 }),
      term: fc.integer({ min: 1, max: 60 }),
      annual_income: money,
      purpose: fc.constantFrom("car", "house", "boat"),
      employed: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
});
