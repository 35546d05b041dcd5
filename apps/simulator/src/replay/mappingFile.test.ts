import { applicationFields } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { readMapping } from "./mappingFile.ts";
import { targetNames } from "./targets.ts";

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
  [`fields:${required}\ncolumns: {}`, "my.yaml: columns is no key of a mapping (format, delimiter, fields)"],
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

test("a mapping can fill every field of the contract, but for the list of key factors", () => {
  const names = Object.entries(applicationFields).flatMap(([name, schema]) => {
    const inner = "unwrap" in schema ? schema.unwrap() : schema;
    return "shape" in inner ? Object.keys(inner.shape).map((child) => `${name}.${child}`) : [name];
  });
  const unfilled = names.filter((name) => !targetNames.includes(name));
  expect(unfilled).toEqual(["score.key_factors", "attributes"]);
  expect(targetNames.filter((name) => !names.includes(name))).toEqual([]);
});
