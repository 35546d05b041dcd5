import { describe, expect, test } from "vitest";
import { facts, policyWith, shownFormula } from "../../test/support.ts";
import { Engine } from "../engine/engine.ts";
import type { ReasonPlan } from "../ir.ts";
import { PolicyTooLarge } from "./formula.ts";
import { planReasons } from "./planReasons.ts";

const otherwise = "{ id: otherwise, status: Approved }";

/** The plan of a clause that rejects by `when`. */
function planOf(when: string, parts: Partial<Parameters<typeof policyWith>[0]> = {}): ReasonPlan {
  const clause = `{ id: no, status: Rejected, when: ${JSON.stringify(when)}, reason: DEBT_TO_INCOME_TOO_HIGH }`;
  return planReasons(policyWith({ approval: `${clause}\n${otherwise}`, ...parts }))[0] as ReasonPlan;
}

/** The plan of a fall-through that rejects what `when` would have approved. */
function planOfFallThrough(when: string, parts: Partial<Parameters<typeof policyWith>[0]> = {}): ReasonPlan {
  const approval = `{ id: yes, status: Approved, when: ${JSON.stringify(when)} }
    { id: no, status: Rejected, reason: CREDIT_SCORE_TOO_LOW }`;
  return planReasons(policyWith({ approval, ...parts }))[1] as ReasonPlan;
}

describe("a clause becomes tests joined by all and any", () => {
  test.each([
    ["credit_score < 600", "credit_score < 600"],
    ["credit_score < 600 && loan_amount > 500.5", "(credit_score < 600 & loan_amount > 500.5)"],
    ["credit_score < 600 || term > 36 && loan_amount > 5", "(credit_score < 600 | (term > 36 & loan_amount > 5))"],
    ["!(credit_score >= 600 && loan_amount <= 15000)", "(credit_score < 600 | loan_amount > 15000)"],
    ["!(credit_score > 600 || loan_amount < 15000)", "(credit_score <= 600 & loan_amount >= 15000)"],
    ["!(credit_score == 600 || term != 36)", "(credit_score != 600 & term == 36)"],
    ["!!(credit_score < 600)", "credit_score < 600"],
    ["!(term in [12, 24])", "!(term in [12, 24])"],
    ["4 * loan_amount < annual_income - 5", "4 * loan_amount < annual_income - 5"],
  ])("%s", (when, formula) => {
    expect(shownFormula(planOf(when))).toBe(formula);
  });
});

describe("a bound that decides nothing beside another is left out", () => {
  test.each([
    ["credit_score < 700 && credit_score < 500", "credit_score < 500"],
    ["credit_score < 500 && credit_score < 700", "credit_score < 500"],
    ["credit_score < 700 || credit_score < 500", "credit_score < 700"],
    ["credit_score > 500 && credit_score > 700", "credit_score > 700"],
    ["credit_score > 500 || credit_score > 700", "credit_score > 500"],
    ["700 > credit_score && 500 >= credit_score", "500 >= credit_score"],
    ["credit_score < 500 && credit_score <= 500", "credit_score < 500"],
    ["credit_score <= 500 && credit_score < 500", "credit_score < 500"],
    ["credit_score < 500 || credit_score <= 500", "credit_score <= 500"],
    ["credit_score <= 500 || credit_score < 500", "credit_score <= 500"],
    ["loan_amount < 500.1 && loan_amount < 500.09", "loan_amount < 500.09"],
    ["credit_score < 700 && term > 12 && credit_score < 500", "(term > 12 & credit_score < 500)"],
    ["loan_amount * 2 > 900 && loan_amount * 2 > 1000", "loan_amount * 2 > 1000"],
  ])("%s", (when, formula) => {
    expect(shownFormula(planOf(when))).toBe(formula);
  });

  test.each([
    ["credit_score > 500 && credit_score < 700", "(credit_score > 500 & credit_score < 700)"],
    ["credit_score < 500 || loan_amount < 400", "(credit_score < 500 | loan_amount < 400)"],
    ["credit_score == 500 || credit_score < 500", "(credit_score == 500 | credit_score < 500)"],
    [
      "credit_score < 700 && (term > 12 || credit_score < 500)",
      "(credit_score < 700 & (term > 12 | credit_score < 500))",
    ],
  ])("%s keeps both", (when, formula) => {
    expect(shownFormula(planOf(when))).toBe(formula);
  });

  test("the same test twice in one all or any is one", () => {
    expect(shownFormula(planOf("term > 12 && (credit_score < 500 && term > 12)"))).toBe(
      "(term > 12 & credit_score < 500)",
    );
  });
});

describe("derived names are spelled out", () => {
  test.each([
    ["risk_level == 'High'", "credit_score < 500"],
    ["risk_level != 'High'", "credit_score >= 500"],
    ["risk_level == 'Medium'", "(credit_score < 700 & credit_score >= 500)"],
    ["'Low' == risk_level", "credit_score >= 700"],
    ["risk_level in ['High', 'Medium']", "credit_score < 700"],
    ["!(risk_level in ['High', 'Low'])", "(credit_score < 700 & credit_score >= 500)"],
    ["is_fraud", "(loan_amount > 15000 & credit_score < 450)"],
    ["!is_fraud && credit_score < 600", "([!is_fraud] & credit_score < 600)"],
    ["is_fraud == true", "(loan_amount > 15000 & credit_score < 450)"],
    ["is_fraud == false || term > 12", "([!is_fraud] | term > 12)"],
    ["!is_fraud", "none"],
  ])("%s", (when, formula) => {
    expect(shownFormula(planOf(when))).toBe(formula);
  });

  test("beside a name of the same type they are equal case by case", () => {
    expect(shownFormula(planOf("has(employed) && is_fraud == employed"))).toBe(
      "([has(employed)] & ((loan_amount > 15000 & credit_score < 450 & employed) | ([!is_fraud] & !employed)))",
    );
    expect(shownFormula(planOf("has(employed) && is_fraud != employed"))).toBe(
      "([has(employed)] & ((loan_amount > 15000 & credit_score < 450 & !employed) | ([!is_fraud] & employed)))",
    );
    expect(shownFormula(planOf("has(score_model) && risk_level == score_model"))).toBe(
      "([has(score_model)] & ((credit_score >= 700 & score_model == 'Low') | " +
        "(credit_score < 700 & credit_score >= 500 & score_model == 'Medium') | " +
        "(credit_score < 500 & score_model == 'High')))",
    );
  });

  test("a level that two clauses give holds by either, and one that none gives holds by none", () => {
    const risk = `
    - { level: High, when: "credit_score < 400" }
    - { level: Low, when: "term < 12" }
    - { level: High }`;
    expect(shownFormula(planOf("risk_level == 'High'", { risk }))).toBe(
      "(credit_score < 400 | (credit_score >= 400 & term >= 12))",
    );
    expect(shownFormula(planOf("risk_level == 'Medium'", { risk }))).toBe("none");
    expect(shownFormula(planOf("risk_level == 'Medium' || term > 40", { risk }))).toBe("term > 40");
  });

  test("without fraud clauses nothing is fraud", () => {
    expect(shownFormula(planOf("is_fraud || term > 40", { fraud: "" }))).toBe("term > 40");
    expect(shownFormula(planOf("!is_fraud && term > 40", { fraud: "" }))).toBe("term > 40");
  });

  test("a test of fraud is kept apart from the same test of the policy's own", () => {
    const plan = planOf("is_fraud || credit_score < 500", {
      fraud: '{ id: f, when: "credit_score < 450", reason: F }',
    });
    expect(shownFormula(plan)).toBe("(credit_score < 450 | credit_score < 500)");
    expect(plan.literals.map(({ fraud }) => fraud)).toEqual([true, false]);
  });
});

describe("that an input is there", () => {
  test.each([
    ["guards a test of it", "has(dti) && dti > 40", "([has(dti)] & dti > 40)"],
    ["guards one further in", "has(dti) && (dti > 40 || term > 12)", "([has(dti)] & (dti > 40 | term > 12))"],
    ["is a test where its value is none", "has(dti) && credit_score < 600", "(has(dti) & credit_score < 600)"],
    ["is a test in an any", "has(dti) || credit_score < 600", "(has(dti) | credit_score < 600)"],
    ["not, is a test", "!(has(dti) && dti <= 40)", "(!has(dti) | dti > 40)"],
    ["guards a boolean", "has(employed) && !employed", "([has(employed)] & !employed)"],
    ["guards a string", "has(purpose) && purpose == 'car'", "([has(purpose)] & purpose == 'car')"],
  ])("%s", (_, when, formula) => {
    expect(shownFormula(planOf(when))).toBe(formula);
  });
});

describe("a decision by", () => {
  test("an approval has no reasons", () => {
    const [, plan] = planReasons(
      policyWith({ approval: `{ id: no, status: Rejected, when: "term > 40", reason: LOAN_PURPOSE }\n${otherwise}` }),
    );
    expect(plan).toEqual({ clause: "otherwise", of: "otherwise", formula: undefined, literals: [] });
  });

  test("a fall-through is explained by what the nearest better clause wanted", () => {
    const approval = `
      { id: best, status: Approved, when: "credit_score >= 800" }
      { id: good, status: Approved, when: "credit_score >= 700 && loan_amount <= 500" }
      { id: bad, status: Rejected, when: "term > 40", reason: LOAN_PURPOSE }
      { id: rest, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }`;
    const plan = planReasons(policyWith({ approval }))[3] as ReasonPlan;
    expect(plan).toMatchObject({ clause: "rest", of: "good" });
    expect(shownFormula(plan)).toBe("(credit_score < 700 | loan_amount > 500)");
    expect(plan.literals.map(({ id, code }) => [id, code])).toEqual([
      ["rest/1", "MANUAL_REVIEW_REQUIRED"],
      ["rest/2", "MANUAL_REVIEW_REQUIRED"],
    ]);
  });

  test("a rejection that falls through may be explained by a review that was not granted", () => {
    const approval = `
      { id: look, status: Under Review, when: "credit_score >= 700", reason: MANUAL_REVIEW_REQUIRED }
      { id: rest, status: Rejected, reason: CREDIT_SCORE_TOO_LOW }`;
    expect(planReasons(policyWith({ approval }))[1]).toMatchObject({ of: "look", literals: [{ id: "rest/1" }] });
  });

  test("a fall-through with nothing better before it has the clause's own reason alone", () => {
    const approval = `
      { id: bad, status: Rejected, when: "term > 40", reason: LOAN_PURPOSE }
      { id: rest, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }`;
    expect(planReasons(policyWith({ approval }))[1]).toMatchObject({ of: "rest", formula: undefined, literals: [] });
  });
});

describe("a literal", () => {
  const reasons = `
  dti: { code: DEBT_TO_INCOME_TOO_HIGH, weight: 5 }
  credit_score: { weight: 9 }
  term: { code: LENGTH_OF_EMPLOYMENT, weight: 5 }`;

  test("is numbered by its place, ranked by weight and then by place, and coded by its name", () => {
    const plan = planOfFallThrough("has(dti) && dti <= 40 && term < 30 && credit_score > 600 && loan_amount < 100", {
      reasons,
    });
    expect(plan.literals.map(({ id, weight, code }) => [id, weight, code])).toEqual([
      ["no/4", 9, "CREDIT_SCORE_TOO_LOW"],
      ["no/1", 5, "INCOMPLETE_APPLICATION"],
      ["no/2", 5, "DEBT_TO_INCOME_TOO_HIGH"],
      ["no/3", 5, "LENGTH_OF_EMPLOYMENT"],
      ["no/5", 0, "CREDIT_SCORE_TOO_LOW"],
    ]);
  });

  test("of several names has the largest weight and the first code", () => {
    const [literal] = planOf("10 * term + credit_score > 500", { reasons }).literals;
    expect(literal).toMatchObject({ names: ["term", "credit_score"], weight: 9, code: "LENGTH_OF_EMPLOYMENT" });
  });

  test("of fraud is suspected fraud, whatever its names say", () => {
    const { literals } = planOf("is_fraud", { fraud: '{ id: f, when: "term > 40", reason: F }', reasons });
    expect(literals).toMatchObject([{ id: "no/1", code: "SUSPECTED_FRAUD", fraud: true, weight: 5 }]);
  });

  test("that stands at two places is one, with two leaves", () => {
    const plan = planOf("(term > 12 && credit_score < 500) || (term > 12 && loan_amount > 900)");
    expect(plan.literals.map(({ id }) => id)).toEqual(["no/1", "no/2", "no/3"]);
    expect(shownFormula(plan)).toBe("((term > 12 & credit_score < 500) | (term > 12 & loan_amount > 900))");
  });

  test("that something is missing keeps the clause's reason where the clause asks for nothing else", () => {
    const codes = (when: string) => planOf(when, { reasons }).literals.map(({ code }) => code);
    expect(codes("!has(dti)")).toEqual(["DEBT_TO_INCOME_TOO_HIGH"]);
    expect(codes("!has(dti) || !has(inquiries)")).toEqual(["DEBT_TO_INCOME_TOO_HIGH", "DEBT_TO_INCOME_TOO_HIGH"]);
    expect(codes("!has(dti) || dti > 40")).toEqual(["INCOMPLETE_APPLICATION", "DEBT_TO_INCOME_TOO_HIGH"]);
  });
});

describe("a plan is bounded", () => {
  const fraud = Array.from(
    { length: 101 },
    (_, index) => `{ id: f${index}, when: "credit_score < 450 && loan_amount > ${index + 1}", reason: F }`,
  );

  test("200 tests are planned", () => {
    expect(planOf("is_fraud", { fraud: fraud.slice(1).join("\n") }).literals).toHaveLength(101);
  });

  test("more are a problem of the document, told at the clause", () => {
    const approval = `{ id: no, status: Rejected, when: is_fraud, reason: SUSPECTED_FRAUD }
      ${otherwise}`;
    expect(() => policyWith({ approval, fraud: fraud.join("\n") })).toThrow(
      /:\d+:7 approval clause no: its tests come to more than 200 .* spelled out; split it/,
    );
  });

  test("more are refused by an engine, by the clause's id", () => {
    const policy = policyWith({ approval: otherwise, fraud: fraud.join("\n") });
    const when = { kind: "derived", name: "is_fraud", type: { kind: "boolean" } } as const;
    const approval = [{ id: "no", status: "Rejected", reason: "LOAN_PURPOSE", when } as const, ...policy.approval];
    expect(() => planReasons({ ...policy, approval })).toThrow(PolicyTooLarge);
    expect(() => new Engine({ ...policy, approval }, "tests@1")).toThrow(/clause no comes to more than 200 tests/);
  });
});

test("reasons come in rank order, each by the test that held", () => {
  const engine = new Engine(
    policyWith({
      approval: `
        { id: no, status: Rejected, when: "term > 40 || has(dti) && dti > 40 || credit_score < 600", reason: LOAN_PURPOSE }
        ${otherwise}`,
      reasons: "\n  dti: { code: DEBT_TO_INCOME_TOO_HIGH, weight: 2 }\n  credit_score: { weight: 1 }",
    }),
    "tests@1",
  );
  const decided = (score: number, attributes: Record<string, unknown>) => {
    const { reasons, reasonLiterals } = engine.decide(facts(score, 100, attributes), []);
    return [reasons, reasonLiterals];
  };
  expect(decided(500, { dti: 50, term: 50 })).toEqual([
    ["DEBT_TO_INCOME_TOO_HIGH", "LOAN_PURPOSE"],
    ["no/2", "no/3", "no/1"],
  ]);
  expect(decided(500, { dti: 40, term: 50 })).toEqual([["LOAN_PURPOSE"], ["no/3", "no/1"]]);
  expect(decided(700, { dti: 40.1 })).toEqual([["DEBT_TO_INCOME_TOO_HIGH"], ["no/2"]]);
});
