import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPolicy } from "@scoreline/policy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../usage.ts";
import { missingInputsPolicy, readCandidate, windowMsMaxOf } from "./policies.ts";

const yaml = `policy: consumer-loans
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  inquiries_6m: { type: integer, min: 0, max: 100, default: 3 }
  never_named: { type: boolean, optional: true }
applications:
  features:
    applications_1h: { count: true, window: 1h }
    requested_24h: { sum: loan_amount, window: 24h, cap: 10000000 }
  fraud: []
  risk:
    - { level: Low, when: "credit_score >= 700" }
    - { level: High }
  approval:
    - { id: dti, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }
    - { id: busy, status: Rejected, when: "inquiries_6m > 5 || applications_1h > 3 || requested_24h > 50000", reason: TOO_MANY_INQUIRIES }
    - { id: instant, status: Approved, when: "has(device_id) && credit_score >= 600" }
    - { id: review, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "backtest-"));
});
afterEach(() => rm(folder, { recursive: true }));

function checked() {
  const result = checkPolicy(yaml, "candidate.yaml");
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

test("windows are warmed as long as the longest of any side", () => {
  const without = { ...checked(), features: [] };
  expect(windowMsMaxOf([without])).toBe(0);
  expect(windowMsMaxOf([without, checked()])).toBe(24 * 3_600_000);
});

test("what an application can lack is each input that the policy names, optional or with a default", () => {
  expect(
    missingInputsPolicy(checked())
      ?.fraud.map(({ id }) => id)
      .toSorted(),
  ).toEqual(["device_id", "dti", "inquiries_6m"]);
  const { inputs } = checked();
  const alwaysThere = inputs.filter((input) => !input.optional && input.default === undefined);
  expect(missingInputsPolicy({ ...checked(), inputs: alwaysThere })).toBeUndefined();
});

test("a candidate is known by the hash of its bytes", async () => {
  const file = join(folder, "candidate.yaml");
  await writeFile(file, "policy: x\napplications: {}\n");
  const told: string[] = [];
  await expect(readCandidate(file, (text) => told.push(text))).rejects.toThrow(UsageError);
  await writeFile(file, yaml);
  const { sha256, policy } = await readCandidate(file, (text) => told.push(text));
  expect(policy.name).toBe("consumer-loans");
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  await writeFile(file, `${yaml}# a remark\n`);
  expect((await readCandidate(file, () => {})).sha256).not.toBe(sha256);
});

test("a candidate's problems are each told with file, line and fix, and nothing is run", async () => {
  const file = join(folder, "candidate.yaml");
  await writeFile(
    file,
    yaml.replace("has(dti) && dti > 40", "dti > 40").replace("credit_score >= 700", "creditscore > 700"),
  );
  const told: string[] = [];
  await expect(readCandidate(file, (text) => told.push(text))).rejects.toThrow(/has \d problems; nothing was run/);
  expect(told).toEqual([
    expect.stringContaining("candidate.yaml:12:28 "),
    expect.stringContaining("candidate.yaml:15:43 "),
  ]);
  await expect(readCandidate(join(folder, "absent.yaml"), () => {})).rejects.toThrow("absent.yaml cannot be read");
});

test("a problem in what a candidate asks of card transactions is told with its place, and nothing is run", async () => {
  const file = join(folder, "candidate.yaml");
  const rule = `    - { id: labelled, when: "is_fraud", reason: The sender's label }`;
  await writeFile(file, `${yaml}transactions:\n  fraud:\n${rule}\n`);
  const told: string[] = [];
  await expect(readCandidate(file, (text) => told.push(text))).rejects.toThrow("has 1 problem; nothing was run");
  expect(told).toEqual([
    expect.stringMatching(
      /candidate\.yaml:\d+:\d+ transaction fraud clause labelled: `is_fraud` is the sender's own label/,
    ),
  ]);
});
