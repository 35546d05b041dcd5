import { applicationFields, transactionFields } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { readMapping } from "./mappingFile.ts";
import { targetsOf } from "./targets.ts";

const required = `
  application_id: { column: id }
  user_id: { column: user }
  credit_score: { column: fico }
  loan_amount: { column: amount }
  timestamp: { now: true }`;

function problemOf(text: string): string {
  try {
    readMapping(text, "my.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("the mapping was accepted");
}

test("YAML and JSON are read alike", () => {
  const fields = readMapping(`fields:${required}`, "my.yaml").fields;
  expect(readMapping(JSON.stringify({ fields }), "my.json").fields).toEqual(fields);
});

test.each([
  ["", "my.yaml: the file is not a mapping with the key fields"],
  ["format: csv", "my.yaml: fields is missing; write each field"],
  ["fields: [", "my.yaml is not YAML"],
  [`fields:${required}\nformat: xlsx`, "my.yaml: format is neither csv nor jsonl"],
  [`contract: loan\nfields:${required}`, "my.yaml: contract is none of application, transaction"],
  [`fields:${required}\ncolumns: {}`, "my.yaml: columns is no key of a mapping (contract, format, delimiter, fields)"],
  [
    `fields:${required}\n  credit_scor: { column: a }`,
    "fields.credit_scor is no field of an application; the fields are",
  ],
  [`fields:${required}\n  attributes.Dti: { column: a }`, 'fields."attributes.Dti" is no field of an application'],
  [`fields:${required}\n  device_id: { colum: a }`, "fields.device_id.colum is no key of a mapping (column, constant"],
  [`fields:${required}\n  device_id: {}`, "fields.device_id names no source; write { column: NAME }"],
  [`fields:${required}\n  device_id: phone`, "fields.device_id is not a source; write { column: NAME }"],
  [`fields:${required}\n  device_id: { column: a, constant: b }`, "has both column and constant; keep one of them"],
  [`fields:${required}\n  device_id: { now: true }`, "fields.device_id.now is only for timestamp"],
  [`fields:${required}\n  device_id: { column: a, type: string }`, "fields.device_id.type is only for attributes.NAME"],
  [`fields:${required}\n  attributes.x: { column: a, type: float }`, 'fields."attributes.x".type is not one of string'],
  [`fields:${required}\n  attributes.x: { column: a, type: integer, prefix: p }`, "prefix is only for type string"],
  [`fields:${required}\n  device_id: { constant: a, prefix: b }`, "fields.device_id.prefix is only for a column"],
  [
    `fields:${required.replace("{ now: true }", "{ start: 2007-06-01 }")}`,
    "fields.timestamp.start is not a moment with an offset, such as 2026-01-31T09:30:00Z",
  ],
  [
    `fields:${required.replace("{ now: true }", "{ column: a, step_seconds: 5 }")}`,
    "fields.timestamp has step_seconds without start",
  ],
])("a mapping's error names the key and the fix: %j", (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});

test("every required field that is missing is named", () => {
  const problem = problemOf("fields: { user_id: { column: user } }");
  for (const name of ["application_id", "credit_score", "loan_amount", "timestamp"]) {
    expect(problem).toContain(`fields.${name} is missing`);
  }
});

test.each([
  ["application", applicationFields, ["score.key_factors", "attributes"]],
  ["transaction", transactionFields, []],
] as const)("a mapping can fill every field of %s's contract, but for lists", (contract, fields, lists) => {
  const names = Object.entries(fields).flatMap(([name, schema]) => {
    const inner = "unwrap" in schema ? schema.unwrap() : schema;
    return "shape" in inner ? Object.keys(inner.shape).map((child) => `${name}.${child}`) : [name];
  });
  const { types, required } = targetsOf(contract);
  expect(names.filter((name) => !types.has(name))).toEqual(lists);
  expect([...types.keys()].filter((name) => !names.includes(name))).toEqual([]);
  const needed = Object.entries(fields).filter(([, schema]) => schema.type !== "optional");
  expect(required.toSorted()).toEqual(needed.map(([name]) => name).toSorted());
});

test("a map for transactions is told what a transaction needs and has not", () => {
  const problem = problemOf(`contract: transaction\nfields:${required}\n  attributes.dti: { column: dti }`);
  expect(problem).toContain("fields.merchant is missing; a transaction needs it");
  expect(problem).toContain("fields.loan_amount is no field of a transaction; the fields are transaction_id, user_id");
  expect(problem).toContain('fields."attributes.dti" is no field of a transaction');
});
