import { expect, test } from "vitest";
import type { Failure } from "./checks.ts";
import { readFailures } from "./deadLetters.ts";
import { failuresMax, parseApplication } from "./parse.ts";

const failure: Failure = { pointer: "/credit_score", check: "invalid_credit_score", detail: "credit_score is 1." };

test("failures come back from the header as they were written", () => {
  expect(readFailures(JSON.stringify([failure, failure]))).toEqual([failure, failure]);
});

test("the failures of the worst record fit the header", () => {
  const names = Array.from({ length: 1_000 }, (_, i) => [`${i}${"~/\0\ud800".repeat(500)}`, "\0".repeat(100)]);
  const parsed = parseApplication({ attributes: Object.fromEntries(names) }, "http", 0);
  const failures = parsed.ok ? [] : parsed.failures;
  expect(failures).toHaveLength(failuresMax);
  expect(readFailures(JSON.stringify(failures))).toEqual(failures);
  expect(Buffer.byteLength(JSON.stringify(failures))).toBeLessThan(100_000);
});

test("a check that is none of ours is unclassified, so that a stranger's header cannot widen a metric", () => {
  expect(readFailures(JSON.stringify([{ ...failure, check: "made_up" }]))).toEqual([
    { ...failure, check: "unclassified" },
  ]);
});

test.each([
  ["is absent", undefined],
  ["is not JSON", "{"],
  ["is not a list", "{}"],
  ["is empty", "[]"],
  ["has an entry without a check", '[{"pointer":"","detail":""}]'],
  ["has too many entries", JSON.stringify(Array.from({ length: 129 }, () => failure))],
  ["has an endless detail", JSON.stringify([{ ...failure, detail: "x".repeat(2049) }])],
  ["has characters that Postgres cannot hold", JSON.stringify([{ ...failure, pointer: "/a\0" }])],
])("a header that %s gives nothing", (_, header) => {
  expect(readFailures(header)).toBeUndefined();
});
