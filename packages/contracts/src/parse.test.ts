import { describe, expect, test } from "vitest";
import { attributesMax } from "./bounds.ts";
import type { Failure } from "./checks.ts";
import { type Door, failuresMax, parseApplication } from "./parse.ts";
import { isUnstorable } from "./text.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const required = { application_id: 7, user_id: 8, credit_score: 700, loan_amount: 1250.5, timestamp: 1_767_225_600 };

function failuresOf(fields: object, door: Door = "http"): Failure[] {
  const parsed = parseApplication({ ...required, ...fields }, door, nowMs);
  return parsed.ok ? [] : parsed.failures;
}

describe("a good application", () => {
  test("needs the five required fields only, with integer ids and a float epoch", () => {
    expect(parseApplication({ ...required, timestamp: 1_767_225_600.125 }, "topic", nowMs)).toEqual({
      ok: true,
      value: {
        application_id: "7",
        user_id: "8",
        credit_score: 700,
        loan_amount_minor: 125_050,
        timestamp_ms: 1_767_225_600_125,
      },
      forgiven: { unknownFields: [], naiveTimestamp: false, textValues: [] },
    });
  });

  test("keeps every optional field", () => {
    const optional = {
      applicant: { name: "Zoë", age: 0, gender: "f", region: "EU" },
      device_id: "d-1",
      score: { model: "FICO 8", date: "2024-02-29", key_factors: ["a", "b", "c", "d", "e"] },
      attributes: { dti: 21.5, purpose: "car", employed: false },
      consent: { automated_decision: true, analytics: false },
    };
    expect(parseApplication({ ...required, ...optional }, "http", nowMs)).toMatchObject({ ok: true, value: optional });
  });

  test("may write null for absent, in a field, in a group and in the attributes", () => {
    const nulls = { device_id: null, score: null, applicant: { name: null, age: 30 }, attributes: { dti: null } };
    const parsed = parseApplication({ ...required, ...nulls }, "http", nowMs);
    expect(parsed.ok && parsed.value).toEqual({
      application_id: "7",
      user_id: "8",
      credit_score: 700,
      loan_amount_minor: 125_050,
      timestamp_ms: 1_767_225_600_000,
      applicant: { age: 30 },
      attributes: {},
    });
  });

  test("is left as it came: the parser changes no input", () => {
    const input = { ...required, applicant: { name: null, age: 30 } };
    const before = structuredClone(input);
    parseApplication(input, "http", nowMs);
    expect(input).toEqual(before);
  });
});

test.each([
  [undefined, "missing"],
  [null, "null"],
  [[], "an array"],
  ["{}", 'the string "{}"'],
  [5, "5"],
])("%j is no record", (input, name) => {
  expect(parseApplication(input, "topic", nowMs)).toEqual({
    ok: false,
    failures: [{ pointer: "", check: "invalid_record", detail: `The record is ${name}; send a JSON object.` }],
  });
});

describe("each failing field is told by its pointer, its check and what to do", () => {
  const cases: [fields: object, pointer: string, check: string, detail: string][] = [
    [{ application_id: undefined }, "/application_id", "missing_application_id", "is missing; it is required."],
    [{ user_id: null }, "/user_id", "missing_user_id", "is missing; it is required."],
    [{ user_id: "a b" }, "/user_id", "invalid_user_id", 'is the string "a b"; send 1-64 characters'],
    [{ credit_score: null }, "/credit_score", "missing_credit_score", "is missing; it is required."],
    [{ credit_score: 299 }, "/credit_score", "invalid_credit_score", "is 299; send an integer from 300 to 850."],
    [{ credit_score: 851 }, "/credit_score", "invalid_credit_score", "is 851; send an integer from 300 to 850."],
    [{ credit_score: 700.5 }, "/credit_score", "invalid_credit_score", "is 700.5; send an integer"],
    [{ credit_score: "700" }, "/credit_score", "invalid_credit_score", 'is the string "700"; send an integer'],
    [{ loan_amount: undefined }, "/loan_amount", "missing_loan_amount", "is missing; it is required."],
    [{ loan_amount: 0 }, "/loan_amount", "invalid_loan_amount", "is 0; it must be greater than 0."],
    [{ timestamp: "soon" }, "/timestamp", "invalid_timestamp", 'is the string "soon"; send epoch seconds'],
    [{ timestamp: nowMs }, "/timestamp", "invalid_timestamp", "looks like epoch milliseconds; send seconds."],
    [{ timestamp: "2026-01-01T00:00:00" }, "/timestamp", "invalid_timestamp", "has no offset; add Z"],
    [{ device_id: "" }, "/device_id", "invalid_device_id", "is empty;"],
    [{ device_id: "a\0" }, "/device_id", "invalid_device_id", "holds U+0000 or a lone surrogate"],
    [{ applicant: "Ann" }, "/applicant", "invalid_applicant", 'is the string "Ann"; send an object.'],
    [{ applicant: { name: 5 } }, "/applicant/name", "invalid_applicant_name", "is 5; send a string."],
    [{ applicant: { age: 131 } }, "/applicant/age", "invalid_applicant_age", "is 131; send an integer from 0 to 130."],
    [{ score: { date: "2026-02-30" } }, "/score/date", "invalid_score_date", 'is the string "2026-02-30"; send a date'],
    [{ score: { date: "0000-01-01" } }, "/score/date", "invalid_score_date", "send a year from 0001."],
    [{ score: { key_factors: "a" } }, "/score/key_factors", "invalid_score_key_factors", ""],
    [{ score: { key_factors: ["a", 5] } }, "/score/key_factors/1", "invalid_score_key_factors", "is 5; send a string."],
    [{ score: { key_factors: [..."abcdef"] } }, "/score/key_factors", "invalid_score_key_factors", "more than 5"],
    [{ consent: { analytics: "no" } }, "/consent/analytics", "invalid_consent_analytics", 'is the string "no"; send'],
    [{ attributes: [] }, "/attributes", "invalid_attributes", "is an array; send a flat object."],
    [{ attributes: { dti: {} } }, "/attributes/dti", "invalid_attributes", "is not a string, a number, true or false."],
    [{ attributes: { DTI: 1 } }, "/attributes/DTI", "invalid_attributes", "is not a lower_snake_case name"],
    [{ attributes: { "a~/b": 1 } }, "/attributes/a~0~1b", "invalid_attributes", "is not a lower_snake_case name"],
  ];
  test.each(cases)("%j at %s is %s", (fields, pointer, check, detail) => {
    const failures = failuresOf(fields);
    expect(failures).toMatchObject([{ pointer, check }]);
    expect(failures[0]?.detail).toContain(detail);
    expect(failures[0]?.detail).toMatch(/^[\w.~/]+ .*\.$/);
  });

  test("all of them at once, a time that is out of bounds among them", () => {
    const fields = { user_id: null, credit_score: 1, loan_amount: -1, timestamp: nowMs, applicant: { age: -1 }, x: 1 };
    expect(failuresOf(fields).map(({ check }) => check)).toEqual([
      "missing_user_id",
      "invalid_credit_score",
      "invalid_loan_amount",
      "invalid_applicant_age",
      "invalid_timestamp",
      "unknown_field",
    ]);
  });
});

describe("unknown fields", () => {
  const fields = { x: 1, applicant: { name: "Ann", shoe_size: 5 }, "a/b": null };

  test("are refused over HTTP, each by its name", () => {
    expect(failuresOf(fields)).toMatchObject([
      { pointer: "/x", check: "unknown_field", detail: expect.stringContaining("x is not a field of this contract") },
      { pointer: "/applicant/shoe_size", check: "unknown_field" },
    ]);
  });

  test("are kept out and told on a topic", () => {
    const parsed = parseApplication({ ...required, ...fields }, "topic", nowMs);
    expect(parsed).toMatchObject({ ok: true, forgiven: { unknownFields: ["/x", "/applicant/shoe_size"] } });
    expect(parsed.ok && parsed.value.applicant).toEqual({ name: "Ann" });
    expect(parsed.ok && Object.hasOwn(parsed.value, "x")).toBe(false);
  });

  test("whose names are members of every object are unknown fields too", () => {
    const nasty = '{"__proto__":{"credit_score":1},"constructor":1,"applicant":{"__proto__":{"age":1},"toString":2}}';
    const pointers = ["/__proto__", "/constructor", "/applicant/__proto__", "/applicant/toString"];
    const input = { ...required };
    for (const [name, value] of Object.entries(JSON.parse(nasty))) {
      Object.defineProperty(input, name, { value, enumerable: true });
    }
    const onTopic = parseApplication(input, "topic", nowMs);
    expect(onTopic).toMatchObject({ ok: true, forgiven: { unknownFields: pointers } });
    expect(onTopic.ok && onTopic.value.applicant).toEqual({});
    const overHttp = parseApplication(input, "http", nowMs);
    expect(overHttp.ok ? [] : overHttp.failures.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

test("a naive time is read as UTC and told on a topic", () => {
  const parsed = parseApplication({ ...required, timestamp: "2026-01-01 00:00:00" }, "topic", nowMs);
  expect(parsed).toMatchObject({
    ok: true,
    value: { timestamp_ms: Date.parse("2026-01-01T00:00:00Z") },
    forgiven: { naiveTimestamp: true },
  });
});

test("an application's texts are never read as numbers", () => {
  expect(failuresOf({ credit_score: "700" }, "topic")).toMatchObject([{ check: "invalid_credit_score" }]);
});

describe("attributes", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}`, i]));

  test(`may be ${attributesMax}, nulls not counted, and no more`, () => {
    expect(failuresOf({ attributes: { ...many(attributesMax), nothing: null } })).toEqual([]);
    expect(failuresOf({ attributes: many(attributesMax + 1) })).toMatchObject([
      { pointer: "/attributes", check: "invalid_attributes", detail: "attributes has more than 32 keys." },
    ]);
  });

  test("hold any finite number and bounded text", () => {
    expect(failuresOf({ attributes: { a: 1e308, b: -0, c: "x".repeat(256), ["d".repeat(63)]: 1 } })).toEqual([]);
    for (const value of [JSON.parse("1e999"), "x".repeat(257), "a\0", "", [1]]) {
      expect(failuresOf({ attributes: { a: value } })).toMatchObject([{ pointer: "/attributes/a" }]);
    }
  });

  test("named constructor or __proto__ are never the object's own parts", () => {
    const attributes = JSON.parse('{"constructor":5,"__proto__":{"dti":1}}');
    expect(failuresOf({ attributes })).toMatchObject([{ pointer: "/attributes/__proto__", check: "unknown_field" }]);
    const parsed = parseApplication({ ...required, attributes }, "topic", nowMs);
    expect(parsed).toMatchObject({ ok: true, forgiven: { unknownFields: ["/attributes/__proto__"] } });
    expect(parsed.ok && Object.entries(parsed.value.attributes ?? {})).toEqual([["constructor", 5]]);
  });
});

describe("a hostile record costs a bounded amount", () => {
  test("nesting of any depth is refused without overflowing the stack", () => {
    const deep = (open: string, close: string) => JSON.parse(open.repeat(100_000) + close.repeat(100_000));
    const list = deep("[", "]");
    const nested = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    for (const value of [list, nested]) {
      expect(failuresOf({ user_id: value })).toMatchObject([{ check: "invalid_user_id" }]);
      expect(failuresOf({ x: value })).toMatchObject([{ pointer: "/x", check: "unknown_field" }]);
      expect(failuresOf({ attributes: { a: value } })).toMatchObject([{ pointer: "/attributes/a" }]);
      expect(failuresOf({ applicant: { name: value } })).toMatchObject([{ pointer: "/applicant/name" }]);
    }
    expect(parseApplication(list, "topic", nowMs).ok).toBe(false);
  });

  test(`at most ${failuresMax} failures are told, the first ones`, { timeout: 30_000 }, () => {
    const bad = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`BAD_${i}`, [i]]));
    const inAttributes = failuresOf({ attributes: bad });
    expect(inAttributes).toHaveLength(failuresMax);
    expect(inAttributes[0]?.pointer).toBe("/attributes/BAD_0");
    const unknown = failuresOf({ credit_score: 1, ...bad });
    expect(unknown).toHaveLength(failuresMax);
    expect(unknown.slice(0, 2).map(({ pointer }) => pointer)).toEqual(["/credit_score", "/BAD_0"]);
  });

  test("150,000 unknown fields are told like any others", { timeout: 30_000 }, () => {
    const fields = Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`x${i}`, 1]));
    expect(failuresOf(fields)).toHaveLength(failuresMax);
  });

  test("a field name of any length and content gives a failure that a table can hold", () => {
    const names = [`${"x".repeat(500_000)}`, "a\0b", "\ud800", `${"~".repeat(60)}/`];
    const fields = Object.fromEntries(names.map((name) => [name, 1]));
    for (const { pointer, detail } of [...failuresOf(fields), ...failuresOf({ attributes: fields })]) {
      expect(pointer.length).toBeLessThan(200);
      expect(detail.length).toBeLessThan(300);
      expect(isUnstorable(pointer + detail)).toBe(false);
    }
  });
});
