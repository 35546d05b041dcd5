import { parseApplication } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { checkColumns, mapRow } from "./mapping.ts";
import { readMapping } from "./mappingFile.ts";

const mapping = readMapping(
  `fields:
  application_id: { column: id, prefix: "f-" }
  user_id: { column: user }
  credit_score: { column: fico }
  loan_amount: { column: amount }
  timestamp: { column: when }
  applicant.age: { column: age }
  consent.analytics: { column: agreed }
  device_id: { constant: branch-7 }
  attributes.dti: { column: dti, type: decimal }
  attributes.jobs: { column: jobs, type: integer }
  attributes.owner: { column: owner, type: boolean }
  attributes.purpose: { column: purpose }`,
  "test.yaml",
);

const cells = {
  id: "1",
  user: "7",
  fico: "700",
  amount: "25000.00",
  when: "1700000000.25",
  age: "41",
  agreed: "Yes",
  dti: "19.480",
  jobs: "3.0",
  owner: "0",
  purpose: " car ",
};

function map(changes: Record<string, string> = {}, by = mapping, index = 0) {
  return mapRow(by, new Map(Object.entries({ ...cells, ...changes })), { index, nowMs: Date.UTC(2026, 0, 1) });
}

function lineOf(changes: Record<string, string> = {}, by = mapping, index = 0): string {
  const mapped = map(changes, by, index);
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.failures));
  return mapped.line;
}

test("a row becomes an application with every decimal's text as the file has it", () => {
  expect(lineOf()).toBe(
    '{"application_id":"f-1","user_id":"7","credit_score":700,"loan_amount":"25000.00","timestamp":1700000000.25,' +
      '"applicant":{"age":41},"consent":{"analytics":true},"device_id":"branch-7",' +
      '"attributes":{"dti":19.480,"jobs":3,"owner":false,"purpose":"car"}}',
  );
  expect(lineOf({ dti: "0.10000000000000000001" })).toContain('"dti":0.10000000000000000001,');
});

test("an empty cell is no value", () => {
  const line = lineOf({ age: "", dti: " ", fico: "" });
  expect(JSON.parse(line)).not.toHaveProperty("credit_score");
  expect(JSON.parse(line)).not.toHaveProperty("applicant");
  expect(JSON.parse(line).attributes).not.toHaveProperty("dti");
});

test("a cell that breaks the contract goes as it is, for the server to refuse and record", () => {
  for (const [changes, check] of [
    [{ fico: "n/a" }, "invalid_credit_score"],
    [{ fico: "" }, "missing_credit_score"],
    [{ amount: "12,500" }, "invalid_loan_amount"],
    [{ amount: "-1" }, "invalid_loan_amount"],
    [{ when: "yesterday" }, "invalid_timestamp"],
    [{ age: "forty" }, "invalid_applicant_age"],
    [{ agreed: "perhaps" }, "invalid_consent_analytics"],
  ] as const) {
    const parsed = parseApplication(JSON.parse(lineOf(changes)), "http", Date.UTC(2026, 0, 1));
    expect(parsed.ok ? [] : parsed.failures.map((failure) => failure.check)).toEqual([check]);
  }
});

test("an attribute that is not of the mapping's type refuses the row here, naming column and cell", () => {
  const mapped = map({ dti: "high", jobs: "3.5" });
  expect(mapped.ok ? [] : mapped.failures).toEqual([
    {
      pointer: "/attributes/dti",
      check: "invalid_attributes",
      detail: 'attributes.dti: column "dti" holds "high", which is no decimal.',
    },
    {
      pointer: "/attributes/jobs",
      check: "invalid_attributes",
      detail: 'attributes.jobs: column "jobs" holds "3.5", which is no integer.',
    },
  ]);
});

test("times are read as epoch seconds, epoch milliseconds, ISO 8601 and dates; one without an offset gets the mapping's", () => {
  const by = (source: string) =>
    readMapping(
      `fields: { application_id: {column: id}, user_id: {column: user}, credit_score: {column: fico},
        loan_amount: {column: amount}, timestamp: ${source} }`,
      "test.yaml",
    );
  const timeOf = (source: string, when: string, index = 0) =>
    /"timestamp":("[^"]*"|[\d.]+)/.exec(lineOf({ when }, by(source), index))?.[1];
  expect(timeOf("{ column: when }", "1700000000")).toBe("1700000000");
  expect(timeOf("{ column: when, unit: milliseconds }", "1700000000123")).toBe("1700000000.123");
  expect(timeOf("{ column: when }", "2024-02-29T10:00:00+02:00")).toBe('"2024-02-29T10:00:00+02:00"');
  expect(timeOf("{ column: when }", "2024-02-29 10:00")).toBe('"2024-02-29T10:00Z"');
  expect(timeOf("{ column: when, offset: '+02:00' }", "2024-02-29")).toBe('"2024-02-29T00:00:00+02:00"');
  expect(timeOf("{ now: true }", "")).toBe('"2026-01-01T00:00:00.000Z"');
  expect(timeOf("{ start: 2007-06-01T00:00:00Z, step_seconds: 60 }", "", 61)).toBe('"2007-06-01T01:01:00.000Z"');
  expect(map({ when: "2024-02-29 10:00" })).toMatchObject({ naive: true });
  expect(map({ when: "2024-02-29 10:00Z" })).toMatchObject({ naive: false });
});

test("a column that the file has not is named with the columns that it has", () => {
  const header = Object.keys(cells).filter((name) => name !== "dti");
  expect(() => checkColumns(mapping, header, true, "a.csv")).toThrow(
    `fields.attributes.dti names the column "dti", which a.csv has not; its columns are ${header.join(", ")}`,
  );
  expect(() => checkColumns(mapping, header, false, "a.jsonl")).not.toThrow();
  expect(() => checkColumns(mapping, ["id"], false, "a.jsonl")).toThrow('fields.user_id names the column "user"');
});
