import { describe, expect, test } from "vitest";
import { policyWith } from "../../test/support.ts";
import { compileSql } from "./compile.ts";

const review = "{ id: rest, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }";
const columns = [
  "application_id",
  "features",
  "is_fraud",
  "fraud_rules",
  "fraud_reason",
  "risk_level",
  "policy_status",
  "reasons",
  "reason_literals",
];

/** The text between `with` and the last select, by step. */
function stepsOf(sql: string): Record<string, string> {
  const steps = sql.matchAll(/^(?:with )?(\w+) as \(\n(.*?)\n\),?$/gms);
  return Object.fromEntries([...steps].map(([, name, text]) => [name, text]));
}

describe("the SELECT of a policy", () => {
  const sql = compileSql(
    policyWith({
      approval: `{ id: no, status: Rejected, when: "has(dti) && dti > 40.5", reason: INCOME_INSUFFICIENT }\n${review}`,
    }),
    "ref.events",
  );

  test("gives the columns of a decision in their order", () => {
    const result = sql.slice(sql.lastIndexOf("\nselect "));
    expect([...result.matchAll(/ as (\w+)(?=,?\n)/g)].map(([, name]) => name)).toEqual(columns);
  });

  test("reads its events from the relation that it is given, once", () => {
    expect(sql.split("from ref.events")).toHaveLength(2);
  });

  test("is one statement of plain ASCII without parameters or comments", () => {
    expect(sql).toMatch(/^with [\x20-\x7e\n]+$/);
    expect(sql).not.toMatch(/;|--|\/\*|\$\d/);
  });

  test("is the same for the same policy", () => {
    const again = compileSql(
      policyWith({
        approval: `{ id: no, status: Rejected, when: "has(dti) && dti > 40.5", reason: INCOME_INSUFFICIENT }\n${review}`,
      }),
      "ref.events",
    );
    expect(again).toBe(sql);
  });

  test("takes an attribute only within its bounds and decimals", () => {
    expect(sql).toContain(`"_raw_1" between 0.0 and 100.0 and "_raw_1" = trunc("_raw_1", 1)`);
  });
});

describe("windows", () => {
  const features = `
    count_1h: { count: true, window: 1h }
    sum_1h: { sum: loan_amount, window: 1h, cap: 5000 }
    devices_1h: { distinct: device_id, window: 1h }
    devices_1d: { distinct: device_id, window: 24h }
    largest_1d: { max: loan_amount, window: 24h }
    smallest_1d: { min: loan_amount, window: 24h }`;
  const steps = stepsOf(compileSql(policyWith({ features, approval: review }), "events"));

  test("of one length share what they read; no event looks for others by a subquery", () => {
    const [, definitions = ""] = (steps.features ?? "").split("window stream");
    expect([...definitions.matchAll(/"(\w+)" as \(/g)].map(([, name]) => name)).toEqual([
      "running",
      "expired_3600000",
      "expired_86400000",
      "block_86400000",
      "window_86400000",
    ]);
    expect(steps.features).not.toMatch(/\(\s*select/);
  });

  test("of distinct values of one input are told from its neighbours once", () => {
    expect(steps.neighbours?.match(/lag\(/g)).toHaveLength(1);
  });

  test("are filled by events out of scope, which are left out only afterwards", () => {
    expect(steps.decided).toContain(`where "_in_scope"`);
    expect([steps.events_read, steps.neighbours, steps.features].join()).not.toContain('where "_in_scope"');
  });
});

test("a name as long as names get stays whole: Postgres cuts identifiers at 63 bytes", () => {
  const long = `a${"b".repeat(62)}`;
  const features = `\n    ${long}: { distinct: device_id, window: 1h }`;
  const sql = compileSql(policyWith({ features, approval: review }), "events");
  const identifiers = [...sql.matchAll(/"([^"]+)"/g)].map(([, name]) => name as string);
  expect(identifiers).toContain(long);
  expect(Math.max(...identifiers.map((name) => name.length))).toBe(63);
});
