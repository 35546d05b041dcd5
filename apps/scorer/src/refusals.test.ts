import { deadLetterHeaders, type Failure } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { application, nowMs, record } from "../test/records.ts";
import { readRefusal } from "./refusals.ts";

const failures: Failure[] = [{ pointer: "/credit_score", check: "invalid_credit_score", detail: "credit_score is 1." }];

function letter(value: unknown, headers: Record<string, string>) {
  const entries = Object.entries(headers).map(([name, content]): [string, Buffer] => [name, Buffer.from(content)]);
  return record(9, value, { topic: "dead_letters", headers: entries });
}

const ofIngest = { [deadLetterHeaders.stage]: "ingest", [deadLetterHeaders.failures]: JSON.stringify(failures) };

test("what ingest refused counts with its own failures, and is never dead-lettered again", () => {
  expect(readRefusal(letter(application(42, { credit_score: 1 }), ofIngest), nowMs)).toEqual({
    kind: "faulty",
    offset: 9n,
    tMs: nowMs,
    record: { offset: 9n, tMs: nowMs, recordId: "42", stage: "ingest", failures, kept: undefined },
  });
});

test("the scorer's own letters, and those of a stranger, are skipped", () => {
  const skipped = { kind: "skipped", offset: 9n, tMs: nowMs };
  expect(readRefusal(letter("x", { ...ofIngest, [deadLetterHeaders.stage]: "scorer" }), nowMs)).toEqual(skipped);
  expect(readRefusal(letter("x", {}), nowMs)).toEqual(skipped);
});

test.each([
  ["without failures", { [deadLetterHeaders.stage]: "ingest" }],
  ["with failures that cannot be read", { ...ofIngest, [deadLetterHeaders.failures]: "{" }],
])("a letter %s is one unclassified issue", (_, headers) => {
  expect(readRefusal(letter(Buffer.from("{"), headers), nowMs)).toMatchObject({
    kind: "faulty",
    record: { recordId: "dead_letters/0/9", failures: [{ check: "unclassified" }] },
  });
});
