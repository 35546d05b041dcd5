import { expect, onTestFinished, test } from "vitest";
import { connectPostgres, type RecomputeEvent, recompute, recomputeEvents } from "../src/postgres/index.ts";
import { newCreditdb, newDatabase } from "./support.ts";

const event: RecomputeEvent = {
  application_id: "a-1",
  user_id: 'it\'s "u" \\ 😀',
  topic: "credit_applications",
  partition: 3,
  record_offset: Number.MAX_SAFE_INTEGER,
  t_ms: 1_769_851_800_125,
  credit_score: 850,
  loan_amount: "9999999999.99",
  attributes: { ratio: 0.1, large: 999999999999999, text: "é", flag: false },
  in_scope: true,
};

/** A SELECT that gives back what it reads, in the columns of a decision. */
const echo = `select application_id, to_jsonb(event) as features, in_scope as is_fraud, array[user_id] as fraud_rules,
  null::text as fraud_reason, null::text as risk_level, null::text as policy_status, array[]::text[] as reasons,
  array[]::text[] as reason_literals
from ${recomputeEvents} as event`;

test("an event arrives as it was given: text, exact decimals, what is missing as null", async () => {
  const [decision] = await recompute(await newCreditdb(), echo, [event]);
  expect(decision).toMatchObject({ application_id: "a-1", is_fraud: true, fraud_rules: [event.user_id], reasons: [] });
  expect(decision?.features).toEqual({
    ...event,
    loan_amount: 9_999_999_999.99,
    device_id: null,
    applicant_age: null,
    applicant_region: null,
    score_model: null,
    consent_automated_decision: null,
    consent_analytics: null,
  });
});

test("a SELECT that fails between two events spoils nothing that follows on the same connection", async () => {
  const sql = connectPostgres(await newDatabase(), { app: "stores-tests", connectionsMax: 1 });
  onTestFinished(() => sql.end());
  const events = [850, 800, 750].map((credit_score, index) => ({
    ...event,
    application_id: `a-${index}`,
    credit_score,
  }));
  const failing = echo.replace("in_scope as is_fraud", "(1 / (credit_score - 750) >= 0) as is_fraud");
  await expect(recompute(sql, failing, events)).rejects.toThrow("division by zero");
  const decisions = await recompute(sql, echo, events);
  expect(decisions.map(({ application_id }) => application_id)).toEqual(["a-0", "a-1", "a-2"]);
});
