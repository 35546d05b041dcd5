import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { jsonSchemas } from "./jsonSchema.ts";
import { parseApplication, parseTransaction } from "./parse.ts";

const schemas = jsonSchemas();
// Formats need a package of their own; zod writes a pattern beside each format.
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });

function validator(name: string) {
  const schema = schemas[name];
  if (!schema) throw new Error(`There is no schema ${name}.`);
  return ajv.getSchema(String(schema.$id)) ?? ajv.compile(schema);
}

test.each(Object.keys(schemas))(
  "%s.schema.json is what the contracts give (npm run generate writes it)",
  async (name) => {
    const committed = await readFile(new URL(`../schemas/${name}.schema.json`, import.meta.url), "utf8");
    expect(JSON.parse(committed)).toEqual(schemas[name]);
  },
);

test.each(Object.keys(schemas))("the schema %s names itself, its dialect and its required fields", (name) => {
  expect(schemas[name]).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:scoreline:${name}`,
    title: expect.any(String),
    description: expect.any(String),
    required: expect.any(Array),
  });
});

const nowMs = Date.parse("2026-03-01T12:00:00Z");

describe("application", () => {
  const validate = validator("application");
  const good = { application_id: 7, user_id: "8", credit_score: 700, loan_amount: 1250.5, timestamp: 1_767_225_600 };

  test.each([
    {},
    { user_id: 8, loan_amount: "1250.50", timestamp: "2026-01-31T09:30:00+02:00" },
    { timestamp: "2026-01-31 09:30z", application_id: "a-Z_0.9:" },
    { loan_amount: 9_999_999_999.99, credit_score: 850 },
    { applicant: { name: "Zoë", age: 30 }, score: { date: "2024-02-29", key_factors: ["a"] } },
    { attributes: { dti: 21.5, purpose: "car", employed: true }, consent: { analytics: false } },
    { device_id: null, applicant: null, score: { model: null }, attributes: { dti: null }, consent: null },
  ])("%j is accepted by the schema and by the parser", (fields) => {
    const record = { ...good, ...fields };
    expect(validate(record), ajv.errorsText(validate.errors)).toBe(true);
    expect(parseApplication(record, "http", nowMs)).toMatchObject({ ok: true });
  });

  test.each([
    { application_id: "a b" },
    { application_id: 1.5 },
    { application_id: 2 ** 53 },
    { user_id: undefined },
    { user_id: "" },
    { user_id: null },
    { credit_score: 299 },
    { credit_score: 851 },
    { credit_score: 700.5 },
    { credit_score: "700" },
    { loan_amount: 0 },
    { loan_amount: -1 },
    { loan_amount: 1e10 },
    { loan_amount: "1.005" },
    { loan_amount: "1e3" },
    { timestamp: -1 },
    { timestamp: "soon" },
    { timestamp: "2026-01-31T09:30:00" },
    { device_id: "" },
    { device_id: "x".repeat(129) },
    { applicant: "Ann" },
    { applicant: { age: 131 } },
    { applicant: { shoe_size: 5 } },
    { score: { date: "2026-02-30" } },
    { score: { key_factors: ["a", "b", "c", "d", "e", "f"] } },
    { attributes: { DTI: 1 } },
    { attributes: { dti: {} } },
    { attributes: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, 1])) },
    { consent: { analytics: "no" } },
    { nobody: 1 },
  ])("%j is refused by the schema and by the parser", (fields) => {
    const record = JSON.parse(JSON.stringify({ ...good, ...fields }));
    expect(validate(record)).toBe(false);
    expect(parseApplication(record, "http", nowMs)).toMatchObject({ ok: false });
  });
});

describe("transaction", () => {
  const validate = validator("transaction");
  const good = {
    transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
    user_id: 7,
    amount: 19.99,
    timestamp: 1_767_225_600.5,
    location: "Lisbon",
    merchant: "Books",
    card_type: "VISA",
    device_id: "d-1",
    credit_score: 700,
  };

  test.each([{}, { risk_level: "High", is_fraud: false }, { risk_level: null, is_fraud: null }])(
    "%j is accepted by the schema and by the parser",
    (fields) => {
      const record = { ...good, ...fields };
      expect(validate(record), ajv.errorsText(validate.errors)).toBe(true);
      expect(parseTransaction(record, "http", nowMs)).toMatchObject({ ok: true });
    },
  );

  test.each([
    { transaction_id: "7" },
    { card_type: "DISCOVER" },
    { merchant: null },
    { risk_level: "low" },
    { is_fraud: 1 },
    { nobody: 1 },
  ])("%j is refused by the schema and by the parser", (fields) => {
    const record = { ...good, ...fields };
    expect(validate(record)).toBe(false);
    expect(parseTransaction(record, "http", nowMs)).toMatchObject({ ok: false });
  });
});

test("a decision may carry fields of a later version", () => {
  const decision = {
    decision_id: "credit_applications/0/5",
    application_id: "7",
    user_id: "8",
    approval_status: "Under Review",
    risk_level: "Medium",
    is_fraud: false,
    reasons: ["MANUAL_REVIEW_REQUIRED"],
    policy_version: "consumer-loans@1",
    received_at: "2026-03-01T12:00:00.000Z",
  };
  const validate = validator("decision");
  expect(validate({ ...decision, later: 1 }), ajv.errorsText(validate.errors)).toBe(true);
  expect(validate({ ...decision, approval_status: "Maybe" })).toBe(false);
});
