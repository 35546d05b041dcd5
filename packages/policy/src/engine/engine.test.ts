import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decideByHand } from "../../bench/byHand.ts";
import { checked, facts, policyWith } from "../../test/support.ts";
import type { PolicyException } from "../catalogue.ts";
import type { ApplicationFacts } from "../inputs.ts";
import { Engine } from "./engine.ts";

function shipped(name: string): Engine {
  const yaml = readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), "utf8");
  return new Engine(checked(yaml), "consumer-loans@1");
}

const standard = shipped("default");
const velocity = shipped("velocity");

// score, amount, fraud, risk, status, reasons: each band on both sides of its edge.
const table: [number, number, boolean, string, string, string[], string[]][] = [
  [449, 15_000.01, true, "High", "Rejected", ["SUSPECTED_FRAUD"], ["fraud/1", "fraud/2"]],
  [450, 15_000.01, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"], ["high-risk/1"]],
  [449, 15_000, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"], ["high-risk/1"]],
  [499, 100, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"], ["high-risk/1"]],
  [500, 100, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"], ["review/1"]],
  [599, 15_000, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"], ["review/1"]],
  [599, 15_000.01, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"], ["review/1", "review/2"]],
  [600, 15_000, false, "Medium", "Approved", [], []],
  [600, 15_000.01, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"], ["review/2"]],
  [699, 15_000, false, "Medium", "Approved", [], []],
  [700, 15_000, false, "Low", "Approved", [], []],
  [850, 20_000, false, "Low", "Under Review", ["MANUAL_REVIEW_REQUIRED"], ["review/2"]],
];

describe("the default policy", () => {
  test.each(table)(
    "a score of %i for %d is decided by the business rules",
    (score, amount, isFraud, risk, status, reasons, reasonLiterals) => {
      expect(standard.decide(facts(score, amount), [])).toEqual({
        isFraud,
        fraudRules: isFraud ? ["risky-transaction"] : [],
        fraudReason: isFraud ? "Risky transaction" : undefined,
        riskLevel: risk,
        policyStatus: status,
        approvalStatus: status,
        reasons,
        reasonLiterals,
        features: {},
        policyVersion: "consumer-loans@1",
        exceptionId: undefined,
      });
    },
  );
});

test("the rules by hand that the bench compares with decide as the default policy does", () => {
  for (let score = 300; score <= 850; score++) {
    for (const amount of [0.01, 15_000, 15_000.01, 99_999]) {
      expect(decideByHand(facts(score, amount))).toEqual(standard.decide(facts(score, amount), []));
    }
  }
});

describe("the velocity policy", () => {
  // applications in 1 h, sum in 24 h, largest in 7 d (both minor units), devices in 24 h
  const decide = (windows: number[]) => velocity.decide(facts(700, 1_000), windows);

  test("approves what is within every window, and records the windows in major units", () => {
    expect(decide([3, 2_000_050, 400_000, 3])).toMatchObject({
      approvalStatus: "Approved",
      features: { applications_1h: 3, requested_24h: 20_000.5, largest_7d: 4_000, devices_24h: 3 },
    });
  });

  test("holds each window to its edge", () => {
    expect(decide([4, 100_000, 100_000, 1])).toMatchObject({
      approvalStatus: "Under Review",
      reasons: ["TOO_MANY_APPLICATIONS"],
      reasonLiterals: ["velocity/1"],
    });
    expect(decide([1, 100_000, 400_001, 1])).toMatchObject({ reasonLiterals: ["velocity/2"] });
    expect(decide([1, 100_000, 100_000, 4])).toMatchObject({
      fraudRules: ["many-devices"],
      reasons: ["SUSPECTED_FRAUD"],
    });
    expect(decide([6, 5_000_000, 100_000, 1]).fraudRules).toEqual([]);
    expect(decide([6, 5_000_001, 100_000, 1]).fraudRules).toEqual(["burst"]);
  });

  test("records every fraud clause that holds, and the first one gives the wording", () => {
    expect(velocity.decide(facts(400, 16_000), [6, 5_000_001, 100_000, 4])).toMatchObject({
      isFraud: true,
      fraudRules: ["risky-transaction", "many-devices", "burst"],
      fraudReason: "Risky transaction",
    });
    expect(decide([6, 5_000_001, 100_000, 4])).toMatchObject({ fraudReason: "Applications from many devices" });
  });

  test("names as reasons the fraud tests that held, four at most", () => {
    expect(velocity.decide(facts(400, 16_000), [6, 5_000_001, 100_000, 4])).toMatchObject({
      reasons: ["SUSPECTED_FRAUD"],
      reasonLiterals: ["fraud/1", "fraud/2", "fraud/3", "fraud/4"],
    });
    expect(decide([6, 5_000_001, 100_000, 1]).reasonLiterals).toEqual(["fraud/4", "fraud/5"]);
  });

  test("takes as many windows as it has, no more and no fewer", () => {
    expect(() => decide([1, 2, 3])).toThrow(/has 4 features and was given 3/);
    expect(() => standard.decide(facts(700, 1), [1])).toThrow(RangeError);
  });
});

describe("an exception", () => {
  const exception: PolicyException = {
    id: "grant-1",
    userId: "1",
    status: "Approved",
    effectiveFromMs: 0,
    expiresAtMs: 1,
    reason: "known customer",
    approvedBy: "ana",
    createdAtMs: 0,
  };

  test("gives its status and its own reason, and leaves the rest to the policy", () => {
    const decision = standard.decide(facts(400, 16_000), [], exception);
    expect(decision).toMatchObject({
      isFraud: true,
      fraudRules: ["risky-transaction"],
      riskLevel: "High",
      policyStatus: "Rejected",
      approvalStatus: "Approved",
      reasons: ["POLICY_EXCEPTION"],
      reasonLiterals: [],
      exceptionId: "grant-1",
    });
    expect(standard.explain(facts(400, 16_000), [], decision)).toEqual([]);
  });

  test("against the applicant is no less one", () => {
    const decision = standard.decide(facts(700, 100), [], { ...exception, status: "Rejected" });
    expect(decision).toMatchObject({
      policyStatus: "Approved",
      approvalStatus: "Rejected",
      reasons: ["POLICY_EXCEPTION"],
    });
  });
});

describe("what an application lacks", () => {
  const engine = new Engine(
    policyWith({
      approval: `
        { id: bare, status: Rejected, when: "!has(dti) && !has(purpose) && !has(employed)", reason: INCOMPLETE_APPLICATION }
        { id: heavy, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }
        { id: boat, status: Rejected, when: "has(purpose) && purpose in ['boat']", reason: LOAN_PURPOSE }
        { id: idle, status: Rejected, when: "has(employed) && !employed", reason: LENGTH_OF_EMPLOYMENT }
        { id: long, status: Rejected, when: "term > 36", reason: LOAN_PURPOSE }
        { id: yes, status: Approved }`,
    }),
    "tests@1",
  );
  const literals = (attributes: Record<string, unknown>) => engine.decide(facts(700, 1, attributes), []).reasonLiterals;

  test("is found missing, and what is there is tested", () => {
    expect(literals({})).toEqual(["bare/1", "bare/2", "bare/3"]);
    expect(literals({ dti: 40.1 })).toEqual(["heavy/1"]);
    expect(literals({ dti: 40 })).toEqual([]);
    expect(literals({ purpose: "boat" })).toEqual(["boat/1"]);
    expect(literals({ purpose: "car" })).toEqual([]);
    expect(literals({ employed: false })).toEqual(["idle/1"]);
    expect(literals({ employed: true })).toEqual([]);
  });

  test("has the default where the policy gives one", () => {
    expect(literals({ dti: 1 })).toEqual([]);
    expect(literals({ dti: 1, term: 37 })).toEqual(["long/1"]);
  });

  test("includes what does not fit its declaration, which is told on request", () => {
    const odd: ApplicationFacts = facts(700, 1, {
      dti: 40.15,
      purpose: "plane",
      employed: "no",
      term: 61,
      annual_income: "9",
    });
    expect(literals(odd.attributes as Record<string, unknown>)).toEqual(["bare/1", "bare/2", "bare/3"]);
    expect(engine.unfit(odd)).toEqual([
      { input: "dti", value: 40.15, why: "has more than 1 decimals" },
      { input: "term", value: 61, why: "is not from 1 to 60" },
      { input: "purpose", value: "plane", why: "is not one of car, house, boat" },
      { input: "employed", value: "no", why: "is a string; the policy reads a boolean" },
    ]);
    expect(engine.unfit(facts(700, 1, { term: 1.5 }))).toEqual([{ input: "term", value: 1.5, why: "is not whole" }]);
  });

  test("tells of nothing that fits, is absent or that the policy does not read", () => {
    expect(engine.unfit(facts(700, 1))).toEqual([]);
    expect(engine.unfit(facts(700, 1, { dti: null }))).toEqual([]);
    expect(engine.unfit(facts(700, 1, { dti: 0, term: 60, purpose: "car", employed: false, other: "x" }))).toEqual([]);
  });
});

describe("a scorecard", () => {
  const scorecard = `
  id: total
  base: 1.5
  characteristics:
    - { input: credit_score, bins: [{ in: [700], points: 9 }, { to: 600, points: 1 }, { to: 750, points: 2 }, { other: true, points: 3 }] }
    - { input: purpose, bins: [{ missing: true, points: 0 }, { in: [car, house], points: 10 }, { in: [house, boat], points: 20 }] }
    - { input: employed, bins: [{ in: [true], points: 100.25 }, { missing: true, points: 50 }, { other: true, points: 0 }] }`;
  const approval =
    '{ id: yes, status: Approved, when: "total > 60" }\n{ id: no, status: Rejected, reason: LOAN_PURPOSE }';
  const engine = new Engine(policyWith({ approval, scorecard }), "tests@1");
  const total = (score: number, attributes: Record<string, unknown>) =>
    engine.decide(facts(score, 1, attributes), []).features;

  test.each([
    [599, { purpose: "car", employed: true }, 112.75],
    [600, { purpose: "house", employed: false }, 13.5],
    [699, { purpose: "boat" }, 73.5],
    [700, {}, 60.5],
    [701, { employed: false }, 3.5],
    [749, { employed: false }, 3.5],
    [750, { employed: false }, 4.5],
    [300, { employed: false }, 2.5],
    [850, { purpose: "plane", employed: 1 }, 54.5],
  ])("gives each value the points of the first bin that fits it: %i, %o", (score, attributes, points) => {
    expect(total(score, attributes)).toEqual({ total: points });
  });

  test("without a bin for a value is an error and not a guess", () => {
    const { policy } = engine;
    const card = policy.scorecard;
    if (!card) throw new Error("the policy has a scorecard");
    const gaps = card.characteristics.map((each) => ({ ...each, bins: each.bins.slice(0, 1) }));
    const gapped = new Engine({ ...policy, scorecard: { ...card, characteristics: gaps } }, "tests@1");
    expect(() => gapped.decide(facts(600, 1), [])).toThrow(/No bin of credit_score takes 600/);
    expect(() => gapped.decide(facts(700, 1, { purpose: "boat" }), [])).toThrow(/No bin of purpose takes boat/);
  });
});

describe("an engine is not made of", () => {
  const { policy } = standard;

  test("a policy whose clauses can all fail", () => {
    const message = /can all fail; end the list with one without a condition/;
    expect(() => new Engine({ ...policy, risk: policy.risk.slice(0, 2) }, "x@1")).toThrow(message);
    expect(() => new Engine({ ...policy, approval: [] }, "x@1")).toThrow(message);
  });

  test("a policy that names what it does not declare", () => {
    expect(() => new Engine({ ...policy, inputs: policy.inputs.slice(1) }, "x@1")).toThrow(/declares no input/);
  });

  test("a policy that rejects without a reason", () => {
    const approval = policy.approval.map(({ reason: _, ...clause }) => clause);
    expect(() => new Engine({ ...policy, approval }, "x@1")).toThrow(/has no reason/);
  });
});

test("one decision leaves nothing behind for the next", () => {
  const decide = (score: number, amount: number) => standard.decide(facts(score, amount), []);
  const alone = decide(700, 100);
  decide(400, 16_000);
  expect(decide(700, 100)).toEqual(alone);
  const first = decide(400, 16_000);
  first.reasons.push("LOAN_PURPOSE");
  first.reasonLiterals.length = 0;
  expect(decide(400, 16_000)).toMatchObject({ reasons: ["SUSPECTED_FRAUD"], reasonLiterals: ["fraud/1", "fraud/2"] });
});
