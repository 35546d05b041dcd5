import { expect, test } from "vitest";
import { formatParity, parityOf } from "./parity.ts";

const differing = {
  id: "app-7",
  policy_version: "consumer-loans@2",
  mismatches: ["features", "exception_id"],
  recorded: { features: { applications_1h: 3 }, exception_id: null },
  recomputed: { features: { applications_1h: 2 }, exception_id: "ex-1" },
};

test("agreement is one line", () => {
  expect(formatParity({ decisions: 9578, uncompared: 0, mismatches: 0, differing: [] })).toBe(
    "9578 decisions, 0 mismatches",
  );
});

test("decisions that differ stand side by side, the fields that differ and no others", () => {
  expect(formatParity({ decisions: 10, uncompared: 0, mismatches: 3, differing: [differing] })).toBe(
    `10 decisions, 3 mismatches

application app-7, decided by consumer-loans@2
                recorded               recomputed
  features      {"applications_1h":3}  {"applications_1h":2}
  exception_id  none                   ex-1

and 2 more in quality.decision_parity`,
  );
});

test("card transactions are called by their own name", () => {
  const parity = { decisions: 10, uncompared: 0, mismatches: 0, differing: [] };
  expect(formatParity(parity, parityOf.transactions)).toBe("10 transactions, 0 mismatches");
});

test("a decision that was not compared is not claimed", () => {
  expect(formatParity({ decisions: 4, uncompared: 2, mismatches: 0, differing: [] })).toBe(
    "4 of 6 decisions compared, 0 mismatches",
  );
});
