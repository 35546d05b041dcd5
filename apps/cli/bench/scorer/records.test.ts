import { parseApplication } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { Records } from "./records.ts";

const made = (options: { seed?: number; narrow?: boolean }, count = 2_000) => {
  const records = new Records({ seed: 1, expected: count, narrow: false, ...options });
  return Array.from({ length: count }, () => records.next());
};

const applicationOf = ({ value }: { value: string }) => {
  const parsed = parseApplication(JSON.parse(value), "topic", Date.UTC(2025, 6, 1));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  expect(parsed.forgiven).toEqual({ unknownFields: [], naiveTimestamp: false, textValues: [] });
  return parsed.value;
};

test.each([false, true])("every record keeps its contract and names its user as its key (narrow: %s)", (narrow) => {
  const records = made({ narrow });
  const applications = records.map(applicationOf);
  expect(records.map(({ key }) => key)).toEqual(applications.map(({ user_id }) => user_id));
  expect(new Set(applications.map(({ application_id }) => application_id)).size).toBe(records.length);
});

test("a seed decides every byte", () => {
  expect(made({})).toEqual(made({}));
  expect(made({ seed: 2 })).not.toEqual(made({}));
});

test("a wide record has some 250 bytes, a narrow one the required fields with integers as ids", () => {
  const bytes = made({}).reduce((sum, { value }) => sum + Buffer.byteLength(value), 0) / 2_000;
  expect(bytes).toBeGreaterThan(220);
  expect(bytes).toBeLessThan(280);
  const [first] = made({ narrow: true }, 1);
  expect(JSON.parse(first?.value ?? "")).toEqual({
    application_id: 1,
    user_id: expect.any(Number),
    credit_score: expect.any(Number),
    loan_amount: expect.any(Number),
    timestamp: expect.any(Number),
  });
});

test("some two in a hundred are suspected of fraud by the default policy", () => {
  const risky = made({}, 10_000)
    .map(applicationOf)
    .filter(({ credit_score, loan_amount_minor }) => credit_score < 450 && loan_amount_minor > 1_500_000);
  expect(risky.length).toBeGreaterThan(150);
  expect(risky.length).toBeLessThan(250);
});
