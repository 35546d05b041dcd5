import { expect, test } from "vitest";
import { parsed } from "../test/support.ts";
import { sameContent } from "./sameContent.ts";

const full = {
  applicant: { name: "Zoë", age: 40, gender: "f", region: "West" },
  device_id: "d-1",
  score: { model: "FICO 8", date: "2026-01-02", key_factors: ["a", "b"] },
  attributes: { dti: 12.5, purpose: "car", owner: true },
  consent: { automated_decision: true, analytics: false },
};

test("spelling, order and empty groups make no difference", () => {
  expect(sameContent(parsed(), parsed({ user_id: "7", loan_amount: "1250.50", timestamp: 1_769_851_800 }))).toBe(true);
  const other = { ...full, attributes: { owner: true, purpose: "car", dti: 12.5 } };
  expect(sameContent(parsed(full), parsed(other))).toBe(true);
  expect(
    sameContent(parsed(), parsed({ applicant: {}, score: {}, attributes: {}, consent: { analytics: null } })),
  ).toBe(true);
});

test.each<[string, Record<string, unknown>]>([
  ["user_id", { user_id: 8 }],
  ["credit_score", { credit_score: 701 }],
  ["loan_amount, by a cent", { loan_amount: 1250.51 }],
  ["timestamp, by a millisecond", { timestamp: "2026-01-31T09:30:00.001Z" }],
  ["a name", { applicant: { ...full.applicant, name: "Zoe" } }],
  ["an applicant left out", { applicant: undefined }],
  ["a device left out", { device_id: undefined }],
  ["the order of key factors", { score: { ...full.score, key_factors: ["b", "a"] } }],
  ["an attribute's type", { attributes: { ...full.attributes, dti: "12.5" } }],
  ["one more attribute", { attributes: { ...full.attributes, more: 1 } }],
  ["consent", { consent: { automated_decision: true, analytics: true } }],
])("%s makes another", (_, change) => {
  expect(sameContent(parsed(full), parsed({ ...full, ...change }))).toBe(false);
});
