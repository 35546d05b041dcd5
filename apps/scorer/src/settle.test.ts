import { expect, test } from "vitest";
import { scoreBy } from "../test/policies.ts";
import { application, nowMs, record } from "../test/records.ts";
import { applicationReader, type Draft } from "./read.ts";
import { settle } from "./settle.ts";

const read = applicationReader(() => 0, "0.1.0");
const draft = (offset: number, value: unknown): Draft => read(record(offset, value), nowMs + offset);

test("every record comes to exactly one thing: scored, a repeat or failed", () => {
  const drafts = [
    draft(0, application("a")),
    draft(1, application("b", { credit_score: 1 })),
    draft(2, application("known")),
    draft(3, application("a")),
    { kind: "skipped", offset: 4n, tMs: nowMs + 4 } as const,
    draft(5, application("b")),
  ];
  const { next, maxTMs, scored, faulty } = settle(drafts, new Set(["known"]), scoreBy(), "application_id");
  expect({ next, maxTMs }).toEqual({ next: 6n, maxTMs: nowMs + 5 });
  expect(scored.map(({ offset, application }) => [offset, application.application_id])).toEqual([
    [0n, "a"],
    [5n, "b"],
  ]);
  expect(faulty.map(({ offset, recordId, failures }) => [offset, recordId, failures[0]?.check])).toEqual([
    [1n, "b", "invalid_credit_score"],
    [2n, "known", "duplicate_application_id"],
    [3n, "a", "duplicate_application_id"],
  ]);
});

test("a repeat is one issue, and no dead letter", () => {
  const { faulty } = settle([draft(0, application("a"))], new Set(["a"]), scoreBy(), "application_id");
  expect(faulty).toEqual([
    {
      offset: 0n,
      tMs: nowMs,
      recordId: "a",
      stage: "scorer",
      failures: [
        {
          pointer: "/application_id",
          check: "duplicate_application_id",
          detail: "application_id a was recorded before; this record changed nothing.",
        },
      ],
      kept: undefined,
    },
  ]);
});

test('7 and "7" are the same application', () => {
  const { scored, faulty } = settle(
    [draft(0, application(7)), draft(1, application("7"))],
    new Set(),
    scoreBy(),
    "application_id",
  );
  expect([scored.length, faulty.length]).toEqual([1, 1]);
});

test("the decision is the policy's", () => {
  const risky = draft(0, application("a", { credit_score: 400, loan_amount: 15_000.01 }));
  expect(settle([risky], new Set(), scoreBy(), "application_id").scored[0]?.decision).toMatchObject({
    isFraud: true,
    fraudReason: "Risky transaction",
    approvalStatus: "Rejected",
  });
});

test("nothing to settle is a defect", () => {
  expect(() => settle([], new Set(), scoreBy(), "application_id")).toThrow(RangeError);
});
