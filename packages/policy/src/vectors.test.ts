import { describe, expect, test } from "vitest";
import { checked, inputsYaml } from "../test/support.ts";
import type { Decision } from "./engine/engine.ts";
import { readInput } from "./inputs.ts";
import type { Input } from "./ir.ts";
import { decideAll, differencesOf, eventRow, type PolicyEvent, policyVectors, type SqlDecision } from "./vectors.ts";

const policy = checked(`policy: tests${inputsYaml}
applications:
  features:
    count_1s: { count: true, window: 1s }
    devices_1h: { distinct: device_id, window: 1h }
  fraud: []
  risk: [{ level: Low }]
  approval:
    - { id: burst, status: Rejected, when: "count_1s > 4", reason: TOO_MANY_APPLICATIONS }
    - { id: debt, status: Rejected, when: "has(dti) && dti > 40.5", reason: DEBT_TO_INCOME_TOO_HIGH }
    - { id: boat, status: Rejected, when: "has(purpose) && purpose in ['boat', 'car']", reason: LOAN_PURPOSE }
    - { id: income, status: Rejected, when: "loan_amount > 0.4 * annual_income", reason: INCOME_INSUFFICIENT }
    - { id: rest, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`);
const events = policyVectors(policy, { seed: 7, count: 1000 });
const input = (name: string) => policy.inputs.find((candidate) => candidate.name === name) as Input;
const values = (name: string) => events.map(({ application }) => readInput(input(name), application));

describe("the vectors of a policy", () => {
  test("follow from its seed", () => {
    expect(policyVectors(policy, { seed: 7, count: 1000 })).toEqual(events);
    expect(policyVectors(policy, { seed: 8, count: 1000 })).not.toEqual(events);
  });

  test("hold each threshold and the values just beside it, the bounds, and what is missing", () => {
    expect(values("dti")).toEqual(expect.arrayContaining([404, 405, 406, 0, 1, 999, 1000, undefined]));
    expect(values("purpose")).toEqual(expect.arrayContaining(["boat", "car", "house", undefined]));
  });

  test("hold attributes of other types, beyond their bounds and with too many decimals", () => {
    const sent = events.map(({ application }) => application.attributes?.dti);
    expect(sent).toEqual(expect.arrayContaining(["500", true, 100.1, -0.1, 50.05, undefined]));
  });

  test("meet where a computation turns, on both sides of it", () => {
    const steps = events.map(({ application }) => {
      const income = readInput(input("annual_income"), application) as number;
      return 5 * application.loan_amount_minor - 2 * income;
    });
    expect(steps.some((step) => step > 0 && step <= 5)).toBe(true);
    expect(steps.some((step) => step <= 0 && step > -5)).toBe(true);
  });

  test("are what applications can be: amounts above 0, texts that are not empty", () => {
    for (const { application } of events) {
      expect(application.loan_amount_minor).toBeGreaterThan(0);
      expect(application.device_id).not.toBe("");
    }
  });
});

describe("their streams", () => {
  const place = ({ topic, partition }: PolicyEvent) => `${topic}/${partition}`;
  const partitions = [...new Set(events.map(place))].map((name) => events.filter((event) => place(event) === name));

  test("are several, each with offsets that rise by one or more and a time that never falls", () => {
    expect(partitions.length).toBeGreaterThan(2);
    for (const stream of partitions) {
      const rises = stream.slice(1).map((event, index) => event.offset - (stream[index]?.offset ?? 0));
      expect(Math.min(...rises)).toBe(1);
      expect(Math.max(...rises)).toBeGreaterThan(1);
      expect(stream.slice(1).every((event, index) => event.tMs >= (stream[index]?.tMs ?? 0))).toBe(true);
    }
  });

  test("hold ties, and events of a user exactly at t - w and a millisecond beside it", () => {
    const gaps = new Set<number>();
    for (const stream of partitions) {
      for (const [index, later] of stream.entries()) {
        for (const earlier of stream.slice(Math.max(0, index - 50), index)) {
          if (earlier.application.user_id === later.application.user_id) gaps.add(later.tMs - earlier.tMs);
        }
      }
    }
    for (const gap of [0, 999, 1000, 1001, 3_599_999, 3_600_000, 3_600_001]) expect(gaps).toContain(gap);
  });

  test("let every approval clause decide", () => {
    const decided = decideAll(policy, "tests@1", events).flatMap(({ reasons }) => reasons);
    for (const { reason } of policy.approval) expect(decided).toContain(reason);
  });
});

test("windows are of one partition of one topic", () => {
  const [first] = events;
  if (!first) throw new Error("There are no events.");
  const at = (partition: number, topic = "a") => ({ ...first, partition, topic, tMs: 1 });
  const counts = decideAll(policy, "tests@1", [at(0), at(1), at(0), at(0, "b")]).map(
    ({ features }) => features.count_1s,
  );
  expect(counts).toEqual([1, 1, 2, 1]);
});

test("a row has the event's amount as an exact decimal, and is in scope", () => {
  const [event] = events;
  if (!event) throw new Error("There are no events.");
  const row = eventRow({ ...event, application: { ...event.application, loan_amount_minor: 999_999_999_999 } });
  expect(row).toMatchObject({ loan_amount: "9999999999.99", in_scope: true, record_offset: event.offset });
});

describe("a difference is seen", () => {
  const javascript: Decision = {
    isFraud: false,
    fraudRules: ["a", "b"],
    fraudReason: undefined,
    riskLevel: "Low",
    policyStatus: "Rejected",
    approvalStatus: "Rejected",
    reasons: ["LOAN_PURPOSE"],
    reasonLiterals: ["boat/1"],
    features: { count: 1, points: 12.5 },
    policyVersion: "tests@1",
    exceptionId: undefined,
  };
  const sql: SqlDecision = {
    application_id: "x",
    is_fraud: false,
    fraud_rules: ["a", "b"],
    fraud_reason: null,
    risk_level: "Low",
    policy_status: "Rejected",
    reasons: ["LOAN_PURPOSE"],
    reason_literals: ["boat/1"],
    features: { points: 12.5, count: 1 },
  };

  test("in no field of equal decisions, whatever the order of features", () => {
    expect(differencesOf(javascript, sql)).toEqual([]);
  });

  const others: Partial<SqlDecision>[] = [
    { is_fraud: null },
    { fraud_rules: ["b", "a"] },
    { fraud_reason: "Fraud" },
    { risk_level: "High" },
    { policy_status: "Approved" },
    { reasons: [] },
    { reason_literals: ["boat/1", "boat/2"] },
    { features: { count: 1 } },
    { features: { count: 1, points: 12.500001 } },
    { features: { count: null as never, points: 12.5 } },
  ];
  test.each(others.map((other) => [JSON.stringify(other), other] as const))("in %s", (_, other) => {
    expect(differencesOf(javascript, { ...sql, ...other })).toEqual(Object.keys(other));
  });

  test("where JavaScript computed what is no number", () => {
    const features = { count: Number.NaN, points: 12.5 };
    expect(differencesOf({ ...javascript, features }, { ...sql, features })).toEqual(["features"]);
  });
});
