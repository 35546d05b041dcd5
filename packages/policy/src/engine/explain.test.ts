import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checked, facts, policyWith } from "../../test/support.ts";
import type { ExplainedFacts } from "./describe.ts";
import { Engine } from "./engine.ts";

const standard = new Engine(
  checked(readFileSync(new URL("../../policies/default.yaml", import.meta.url), "utf8")),
  "consumer-loans@1",
);

function explain(engine: Engine, application: ExplainedFacts, windows: readonly number[] = []) {
  return engine.explain(application, windows, engine.decide(application, windows));
}

/** An engine that rejects by `when`, and approves the rest. */
function rejecting(when: string, parts: Partial<Parameters<typeof policyWith>[0]> = {}): Engine {
  const approval = `{ id: no, status: Rejected, when: ${JSON.stringify(when)}, reason: LOAN_PURPOSE }
    { id: yes, status: Approved }`;
  return new Engine(policyWith({ approval, ...parts }), "tests@1");
}

/** An engine that approves by `when`, and rejects the rest. */
function approving(when: string, parts: Partial<Parameters<typeof policyWith>[0]> = {}): Engine {
  const approval = `{ id: yes, status: Approved, when: ${JSON.stringify(when)} }
    { id: no, status: Rejected, reason: LOAN_PURPOSE }`;
  return new Engine(policyWith({ approval, ...parts }), "tests@1");
}

/** Of each reason the test, and the changes that it is countered by, as text. */
function counters(engine: Engine, application: ExplainedFacts, windows: readonly number[] = []): [string, string][] {
  return explain(engine, application, windows).map(({ test, counterfactual }) => {
    const changes = counterfactual?.changes.map(({ input, from, to }) => `${input} ${from} -> ${to}`) ?? [];
    return [test, counterfactual ? `${counterfactual.kind}: ${changes.join(", ")}` : "none"];
  });
}

describe("the default policy explains", () => {
  test("a low score by the score that the clause wants", () => {
    const application = { ...facts(480, 20_000), score: { key_factors: ["Too many accounts", "Too new"] } };
    expect(explain(standard, application)).toEqual([
      {
        code: "CREDIT_SCORE_TOO_LOW",
        literal: "high-risk/1",
        clause: "high-risk",
        test: "credit_score < 500",
        values: { credit_score: 480 },
        threshold: 500,
        counterfactual: { kind: "single", changes: [{ input: "credit_score", from: 480, to: 500 }] },
        keyFactors: ["Too many accounts", "Too new"],
      },
    ]);
  });

  test("a review by what instant approval lacked", () => {
    expect(explain(standard, facts(700, 20_000.5))).toEqual([
      {
        code: "MANUAL_REVIEW_REQUIRED",
        literal: "review/2",
        clause: "instant",
        test: "loan_amount > 15000",
        values: { loan_amount: 20_000.5 },
        threshold: 15_000,
        counterfactual: { kind: "single", changes: [{ input: "loan_amount", from: 20_000.5, to: 15_000 }] },
      },
    ]);
  });

  test("two lacks by a set, for neither change does alone", () => {
    const set = "set: credit_score 550 -> 600, loan_amount 16000 -> 15000";
    expect(counters(standard, facts(550, 16_000))).toEqual([
      ["credit_score < 600", set],
      ["loan_amount > 15000", set],
    ]);
  });

  test("suspected fraud without a way out of it, and without the bureau's words", () => {
    const application = { ...facts(440, 16_000), score: { key_factors: ["Too many accounts"] } };
    expect(explain(standard, application)).toEqual([
      {
        code: "SUSPECTED_FRAUD",
        literal: "fraud/1",
        clause: "fraud",
        test: "loan_amount > 15000",
        values: { loan_amount: 16_000 },
        threshold: 15_000,
      },
      {
        code: "SUSPECTED_FRAUD",
        literal: "fraud/2",
        clause: "fraud",
        test: "credit_score < 450",
        values: { credit_score: 440 },
        threshold: 450,
      },
    ]);
  });

  test("nothing where it approves", () => {
    expect(explain(standard, facts(700, 100))).toEqual([]);
  });
});

describe("a counterfactual", () => {
  test("is the nearest value of the input's grid, up or down", () => {
    expect(counters(rejecting("loan_amount > 500.255"), facts(700, 600))).toEqual([
      ["loan_amount > 500.255", "single: loan_amount 600 -> 500.25"],
    ]);
    expect(counters(rejecting("has(dti) && dti < 20.5"), facts(700, 1, { dti: 3.1 }))).toEqual([
      ["dti < 20.5", "single: dti 3.1 -> 20.5"],
    ]);
    expect(counters(rejecting("term == 30"), facts(700, 1, { term: 30 }))).toEqual([
      ["term == 30", "single: term 30 -> 29"],
    ]);
    expect(counters(rejecting("term != 30"), facts(700, 1, { term: 44 }))).toEqual([
      ["term != 30", "single: term 44 -> 30"],
    ]);
  });

  test("works out again the risk level and fraud, which may ask for more than the test itself", () => {
    const engine = approving("credit_score >= 600 && risk_level == 'Low'");
    expect(counters(engine, facts(550, 1))).toEqual([["credit_score < 700", "single: credit_score 550 -> 700"]]);
    // Beyond 15,000 it would be fraud.
    const large = approving("!is_fraud && loan_amount >= 14000 && loan_amount * 2 >= credit_score * 70");
    expect(counters(large, facts(420, 100))[0]).toEqual(["loan_amount < 14000", "single: loan_amount 100 -> 14700"]);
  });

  test("raises no suspicion of fraud and leads to no worse status, though less would turn the clause", () => {
    const approval = `
      { id: bad, status: Rejected, when: "risk_level == 'High'", reason: CREDIT_SCORE_TOO_LOW }
      { id: look, status: Under Review, when: "!is_fraud && risk_level == 'Medium'", reason: MANUAL_REVIEW_REQUIRED }
      { id: yes, status: Approved }`;
    const engine = new Engine(policyWith({ approval }), "tests@1");
    // 499 is high risk.
    expect(counters(engine, facts(505, 100))[0]).toEqual(["credit_score < 700", "single: credit_score 505 -> 700"]);
    const gap = `
      { id: odd, status: Rejected, when: "credit_score >= 600 && credit_score < 650", reason: LOAN_PURPOSE }
      { id: look, status: Under Review, when: "credit_score < 600", reason: MANUAL_REVIEW_REQUIRED }
      { id: yes, status: Approved }`;
    expect(counters(new Engine(policyWith({ approval: gap }), "tests@1"), facts(580, 100))).toEqual([
      ["credit_score < 600", "single: credit_score 580 -> 650"],
    ]);
    const wary = rejecting("!is_fraud && credit_score < 600");
    // 449 would be fraud.
    expect(counters(wary, facts(451, 16_000))).toEqual([["credit_score < 600", "single: credit_score 451 -> 600"]]);
  });

  test("of a computed test moves the input that can turn the clause, the first named one first", () => {
    const engine = rejecting("loan_amount * 2 > annual_income");
    expect(counters(engine, facts(700, 600, { annual_income: 1_000 }))).toEqual([
      ["loan_amount * 2 > annual_income", "single: loan_amount 600 -> 500"],
    ]);
    // No amount is small enough: the income has to grow.
    const bounded = rejecting("loan_amount + 1000 > annual_income");
    expect(counters(bounded, facts(700, 0.01, { annual_income: 10 }))).toEqual([
      ["loan_amount + 1000 > annual_income", "single: annual_income 10 -> 1000.01"],
    ]);
    const income = rejecting("annual_income < 500 && loan_amount + 400 > annual_income");
    expect(counters(income, facts(700, 200, { annual_income: 100 }))).toEqual([
      ["annual_income < 500", "single: annual_income 100 -> 500"],
      ["loan_amount + 400 > annual_income", "single: annual_income 100 -> 500"],
    ]);
  });

  test("leaves windows as they are", () => {
    const features = `
    requested_24h: { sum: loan_amount, window: 24h, cap: 100000 }
    applications_1h: { count: true, window: 1h }`;
    const engine = rejecting("4 * loan_amount < requested_24h || applications_1h > 3", { features });
    expect(counters(engine, facts(700, 100), [100_000, 1])).toEqual([
      ["4 * loan_amount < requested_24h", "single: loan_amount 100 -> 250"],
    ]);
    expect(counters(engine, facts(700, 500), [100_000, 4])).toEqual([["applications_1h > 3", "none"]]);
  });

  test("is none for texts, lists, booleans and what is missing", () => {
    const engine = rejecting(
      "(has(purpose) && purpose == 'car') || (has(employed) && !employed) || term in [12, 24] || !has(dti)",
    );
    expect(counters(engine, facts(700, 1, { purpose: "car", employed: false, term: 24 }))).toEqual([
      ["purpose == 'car'", "none"],
      ["!employed", "none"],
      ["term in [12, 24]", "none"],
      ["!has(dti)", "none"],
    ]);
  });

  test("is none where an input is multiplied by itself", () => {
    expect(counters(rejecting("term * term > 400"), facts(700, 1, { term: 30 }))).toEqual([
      ["term * term > 400", "none"],
    ]);
  });

  test("is none for any reason where one is of fraud: it would tell how to avoid it", () => {
    const engine = rejecting("is_fraud || credit_score < 445");
    expect(counters(engine, facts(440, 16_000))).toEqual([
      ["loan_amount > 15000", "none"],
      ["credit_score < 450", "none"],
      ["credit_score < 445", "none"],
    ]);
    expect(counters(engine, facts(440, 100))).toEqual([["credit_score < 445", "single: credit_score 440 -> 445"]]);
  });

  test("counts the reasons beyond the fourth, which have to change too", () => {
    const engine = approving(
      "term < 10 && credit_score > 800 && loan_amount < 5 && annual_income > 90000 && term < 20 && has(dti) && dti < 5",
    );
    const set =
      "set: term 60 -> 9, credit_score 700 -> 801, loan_amount 10 -> 4.99, annual_income 30000 -> 90000.01, dti 50 -> 4.9";
    expect(counters(engine, facts(700, 10, { term: 60, dti: 50 }))).toEqual([
      ["term >= 10", set],
      ["credit_score <= 800", set],
      ["loan_amount >= 5", set],
      ["annual_income <= 90000", set],
    ]);
  });

  test("as a set holds no more than it needs, and the reason's own change", () => {
    const engine = rejecting("loan_amount > 500 && (term > 12 || credit_score < 600)");
    expect(counters(engine, facts(550, 900, { term: 60 }))).toEqual([
      ["loan_amount > 500", "single: loan_amount 900 -> 500"],
      ["term > 12", "set: term 60 -> 12, credit_score 550 -> 600"],
      ["credit_score < 600", "set: term 60 -> 12, credit_score 550 -> 600"],
    ]);
  });

  test("as a set goes as far with one input as all tests of it ask", () => {
    const engine = rejecting("term > 40 && loan_amount > 5 || term > 20 && annual_income < 500 || credit_score < 600");
    const set = "set: term 50 -> 20, credit_score 550 -> 600";
    expect(counters(engine, facts(550, 10, { term: 50, annual_income: 100 }))[0]).toEqual(["term > 40", set]);
  });

  test("passes over values that are fraud to one that is not", () => {
    const fraud = '{ id: odd, when: "credit_score >= 500 && credit_score < 550", reason: Odd }';
    expect(counters(rejecting("credit_score < 500", { fraud }), facts(480, 1))).toEqual([
      ["credit_score < 500", "single: credit_score 480 -> 550"],
    ]);
  });

  test("is none where another reason cannot change", () => {
    const engine = rejecting("has(purpose) && purpose == 'car' || term > 12");
    expect(counters(engine, facts(700, 1, { purpose: "car", term: 24 }))).toEqual([
      ["purpose == 'car'", "none"],
      ["term > 12", "none"],
    ]);
  });
});

describe("a low total of the scorecard", () => {
  const scorecard = `
  id: total
  base: 100
  characteristics:
    - { input: credit_score, reason: CREDIT_SCORE_TOO_LOW, bins: [{ to: 600, points: 0.5 }, { from: 600, points: 40 }] }
    - { input: dti, bins: [{ missing: true, points: 10 }, { to: 20, points: 60 }, { from: 20, to: 45, points: 30 }, { from: 45, points: -10 }] }
    - { id: length, input: term, bins: [{ in: [12, 24], points: 25 }, { other: true, points: 5 }] }
    - { input: purpose, bins: [{ in: [house], points: 30 }, { other: true, points: 10 }, { missing: true, points: 0 }] }`;
  const reasons = "\n  dti: { code: DEBT_TO_INCOME_TOO_HIGH }\n  total: { weight: 3 }";
  const engine = approving("total >= 200", { scorecard, reasons });

  test("is explained by what lost points, the most first and then in order", () => {
    const application: ExplainedFacts = {
      ...facts(650, 1, { dti: 50, term: 36, purpose: "car" }),
      score: { key_factors: ["Old"] },
    };
    expect(engine.decide(application, [])).toMatchObject({
      reasons: ["DEBT_TO_INCOME_TOO_HIGH", "SCORECARD_POINTS_TOO_LOW"],
      reasonLiterals: ["no/1/dti", "no/1/length", "no/1/purpose"],
      features: { total: 145 },
    });
    expect(explain(engine, application)).toEqual([
      {
        code: "DEBT_TO_INCOME_TOO_HIGH",
        literal: "no/1/dti",
        clause: "yes",
        test: "total < 200",
        values: { total: 145, dti: 50 },
        threshold: 200,
        pointsLost: 70,
        counterfactual: { kind: "single", changes: [{ input: "dti", from: 50, to: 19.9 }] },
      },
      {
        code: "SCORECARD_POINTS_TOO_LOW",
        literal: "no/1/length",
        clause: "yes",
        test: "total < 200",
        values: { total: 145, term: 36 },
        threshold: 200,
        pointsLost: 20,
        // No term gives enough alone; with less debt the term need not change, so no minimal set has it.
      },
      {
        code: "SCORECARD_POINTS_TOO_LOW",
        literal: "no/1/purpose",
        clause: "yes",
        test: "total < 200",
        values: { total: 145, purpose: "car" },
        threshold: 200,
        pointsLost: 20,
      },
    ]);
  });

  test("takes the nearest bin that does, or a set of the best bins", () => {
    expect(counters(engine, facts(610, 1, { dti: 50, term: 12, purpose: "house" }))).toEqual([
      ["total < 200", "single: dti 50 -> 44.9"],
    ]);
    const set = "set: dti 45 -> 19.9, credit_score 500 -> 600";
    expect(counters(engine, facts(500, 1, { dti: 45, purpose: "house" }))).toEqual([
      ["total < 200", set],
      ["total < 200", set],
      ["total < 200", "set: dti 45 -> 19.9, term 36 -> 24"],
    ]);
  });

  test("quotes the bureau where the score lost points", () => {
    const application = { ...facts(500, 1, { dti: 10, purpose: "boat" }), score: { key_factors: ["Too new"] } };
    expect(explain(engine, application).map(({ code, keyFactors }) => [code, keyFactors])).toEqual([
      ["CREDIT_SCORE_TOO_LOW", ["Too new"]],
      ["SCORECARD_POINTS_TOO_LOW", undefined],
      ["SCORECARD_POINTS_TOO_LOW", undefined],
    ]);
  });

  test("stays the reason itself where nothing lost points", () => {
    const strict = approving("total >= credit_score - 500", { scorecard, reasons });
    const best = facts(800, 1, { dti: 1, term: 12, purpose: "house" });
    expect(explain(strict, best)).toEqual([
      {
        code: "LOAN_PURPOSE",
        literal: "no/1",
        clause: "yes",
        test: "total < credit_score - 500",
        values: { total: 255, credit_score: 800 },
        threshold: null,
        counterfactual: { kind: "single", changes: [{ input: "credit_score", from: 800, to: 755 }] },
      },
    ]);
  });

  test("beside its own input is searched in each bin of it", () => {
    const own = `
  id: total
  base: 50
  characteristics: [{ input: term, bins: [{ to: 20, points: 100 }, { from: 20, points: 0 }] }]`;
    // Short of 20 the total is 150, which is too little even at 19; from 20 on it is 50.
    const engine = rejecting("total + 4 * term < 240", { scorecard: own });
    expect(counters(engine, facts(700, 1, { term: 10 }))).toEqual([
      ["total + 4 * term < 240", "single: term 10 -> 48"],
    ]);
  });

  test("that is too high stays one reason", () => {
    expect(rejecting("total > 150", { scorecard }).decide(facts(700, 1, { dti: 1 }), []).reasonLiterals).toEqual([
      "no/1",
    ]);
  });
});

describe("a reason quotes", () => {
  test("the constant that one name is compared with, whatever its type and side", () => {
    const engine = rejecting(
      "500.5 < loan_amount || (has(purpose) && purpose != 'car') || 2 * term > 50 || term in [30] || (has(employed) && employed)",
    );
    const application = facts(700, 600, { purpose: "boat", term: 30, employed: true });
    expect(explain(engine, application).map(({ test, threshold, values }) => [test, threshold, values])).toEqual([
      ["500.5 < loan_amount", 500.5, { loan_amount: 600 }],
      ["purpose != 'car'", "car", { purpose: "boat" }],
      ["2 * term > 50", null, { term: 30 }],
      ["term in [30]", null, { term: 30 }],
    ]);
  });

  test("null for what is missing", () => {
    expect(explain(rejecting("!has(dti)"), facts(700, 1))).toEqual([
      {
        code: "LOAN_PURPOSE",
        literal: "no/1",
        clause: "no",
        test: "!has(dti)",
        values: { dti: null },
        threshold: null,
      },
    ]);
  });
});
