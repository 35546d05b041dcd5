import { describe, expect, test } from "vitest";
import type { CheckedPolicy } from "../ir.ts";
import { checkPolicy } from "../language/index.ts";
import { type ClauseOutcome, clauseOutcomes, fraudOutcomes } from "./clauses.ts";
import { Engine } from "./engine.ts";
import { TransactionEngine } from "./transactionEngine.ts";

const yaml = `
policy: loans
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
applications:
  features:
    applications_1h: { count: true, window: 1h }
  fraud:
    - { id: risky, when: "loan_amount > 15000 && credit_score < 450", reason: Risky }
    - { id: burst, when: "applications_1h > 5", reason: Burst }
  risk:
    - { id: low, level: Low, when: "credit_score >= 700" }
    - { id: medium, level: Medium, when: "credit_score >= 500" }
    - { id: high, level: High }
  approval:
    - { id: fraud, status: Rejected, when: "is_fraud", reason: SUSPECTED_FRAUD }
    - { id: debts, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }
    - { id: instant, status: Approved, when: "risk_level != 'High'" }
    - { id: review, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`;

function policyOf(text: string): CheckedPolicy {
  const result = checkPolicy(text, "test.yaml");
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

const policy = policyOf(yaml);
const outcomes = (list: ClauseOutcome[]) =>
  Object.fromEntries(list.map(({ part, id, outcome }) => [`${part} ${id}`, outcome]));

describe("clause outcomes", () => {
  test("every fraud clause holds or fails; the first risk and approval clause that holds decides", () => {
    const facts = { credit_score: 720, loan_amount_minor: 100, attributes: { dti: 12.5 } };
    expect(outcomes(clauseOutcomes(policy, facts, [1]))).toEqual({
      "fraud risky": "fails",
      "fraud burst": "fails",
      "risk low": "decides",
      "risk medium": "not asked",
      "risk high": "not asked",
      "approval fraud": "fails",
      "approval debts": "fails",
      "approval instant": "decides",
      "approval review": "not asked",
    });
  });

  test("fraud and the risk level that come out are what the approval clauses read", () => {
    const fraud = clauseOutcomes(policy, { credit_score: 400, loan_amount_minor: 1_600_000 }, [6]);
    expect(outcomes(fraud)).toMatchObject({
      "fraud risky": "holds",
      "fraud burst": "holds",
      "approval fraud": "decides",
      "approval debts": "not asked",
    });
    const high = clauseOutcomes(policy, { credit_score: 400, loan_amount_minor: 100 }, [1]);
    expect(outcomes(high)).toMatchObject({ "risk high": "decides", "approval review": "decides" });
  });

  test("each clause is told by its condition, the last one without", () => {
    const tests = clauseOutcomes(policy, { credit_score: 720, loan_amount_minor: 100 }, [1]).map(({ test }) => test);
    expect(tests).toContain("loan_amount > 15000 && credit_score < 450");
    expect(tests.filter((test) => test === undefined)).toHaveLength(2);
  });

  test("a scorecard's total is read by the clauses that name it", () => {
    const scorecard = `
scorecard:
  id: points
  base: 10
  characteristics:
    - { input: credit_score, bins: [{ to: 600, points: 0 }, { other: true, points: 30 }] }
applications:`;
    const text = yaml.replace("\napplications:", scorecard).replace("credit_score >= 700", "points >= 40");
    expect(outcomes(clauseOutcomes(policyOf(text), { credit_score: 600, loan_amount_minor: 100 }, [1]))).toMatchObject({
      "risk low": "decides",
    });
    expect(outcomes(clauseOutcomes(policyOf(text), { credit_score: 599, loan_amount_minor: 100 }, [1]))).toMatchObject({
      "risk low": "fails",
      "risk medium": "decides",
    });
  });

  test.each([[300], [449], [450], [499], [500], [699], [700], [850]])(
    "at a score of %i they say what the engine decides",
    (score) => {
      for (const loan_amount_minor of [1, 1_500_000, 1_500_001]) {
        for (const dti of [undefined, 40, 40.01]) {
          for (const count of [1, 5, 6]) {
            const facts = {
              credit_score: score,
              loan_amount_minor,
              ...(dti === undefined ? {} : { attributes: { dti } }),
            };
            const decision = new Engine(policy, "loans@1").decide(facts, [count]);
            const list = clauseOutcomes(policy, facts, [count]);
            const deciding = (part: string) => list.find((one) => one.part === part && one.outcome === "decides")?.id;
            expect(policy.approval.find(({ id }) => id === deciding("approval"))?.status).toBe(decision.policyStatus);
            expect(policy.risk.find(({ id }) => id === deciding("risk"))?.level).toBe(decision.riskLevel);
            expect(list.filter(({ outcome }) => outcome === "holds").map(({ id }) => id)).toEqual(decision.fraudRules);
          }
        }
      }
    },
  );
});

describe("outcomes of the fraud clauses on a card transaction", () => {
  const { transactions: rules } = policyOf(`${yaml}transactions:
  features:
    seen_1h: { count: true, window: 1h, cap: 1000 }
    spent_1h: { sum: amount, window: 1h, cap: 10000000 }
  fraud:
    - { id: spike, when: "seen_1h > 1 && amount * seen_1h > 2 * spent_1h", reason: Spike }
    - { id: abroad, when: "location != 'Austin' && card_type == 'AMEX'", reason: Abroad }
`);
  const facts = {
    amount_minor: 4_050,
    credit_score: 700,
    merchant: "Grocer",
    location: "Lisbon",
    card_type: "AMEX" as const,
    device_id: "d",
  };

  test("name what each read, in major units", () => {
    expect(fraudOutcomes(rules, facts, [2, 4_100])).toEqual([
      {
        ...{ part: "fraud", id: "spike", outcome: "fails", test: "seen_1h > 1 && amount * seen_1h > 2 * spent_1h" },
        values: { seen_1h: 2, amount: 40.5, spent_1h: 41 },
      },
      {
        ...{ part: "fraud", id: "abroad", outcome: "holds", test: "location != 'Austin' && card_type == 'AMEX'" },
        values: { location: "Lisbon", card_type: "AMEX" },
      },
    ]);
  });

  test("are those that the engine finds; a window that is not recorded is told as missing", () => {
    const engine = new TransactionEngine(rules, "loans@1");
    for (const amount_minor of [4_049, 4_050, 4_051]) {
      const found = fraudOutcomes(rules, { ...facts, amount_minor }, [2, 4_050]);
      const holding = found.filter(({ outcome }) => outcome === "holds").map(({ id }) => id);
      expect(holding).toEqual(engine.decide({ ...facts, amount_minor }, [2, 4_050]).fraudRules);
    }
    expect(fraudOutcomes(rules, facts, [2])[0]?.values).toEqual({ seen_1h: 2, amount: 40.5, spent_1h: null });
  });
});
