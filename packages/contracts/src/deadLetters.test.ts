import { describe, expect, test } from "vitest";
import type { Failure } from "./checks.ts";
import {
  type DeadLetter,
  deadLetterHeaders,
  readDeadLetter,
  readFailures,
  readPast,
  sendersHeaders,
  writeDeadLetter,
  writeRedriven,
} from "./deadLetters.ts";
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

describe("a dead letter's headers", () => {
  const tMs = Date.parse("2026-03-01T12:00:00Z");
  const letter: DeadLetter = {
    id: "credit_applications/3/12345678901",
    stage: "scorer",
    failures: [failure, { ...failure, check: "missing_user_id" }, failure],
    sourceTopic: "credit_applications",
    source: { partition: 3, offset: 12_345_678_901n },
    attempt: 3,
    firstFailedAtMs: tMs - 1,
    scorerVersion: "0.1.0",
    bytesOmitted: false,
  };
  const bytesOf = (headers: Record<string, string>) =>
    Object.entries(headers).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
  const without = (name: string) => bytesOf(writeDeadLetter(letter)).filter(([header]) => header !== name);

  test.each<[string, Partial<DeadLetter>]>([
    ["of the scorer", {}],
    ["without its bytes", { bytesOmitted: true }],
    [
      "of ingest",
      { id: crypto.randomUUID(), stage: "ingest", source: undefined, scorerVersion: undefined, attempt: 1 },
    ],
  ])("%s come back as they were written", (_, over) => {
    expect(readDeadLetter(bytesOf(writeDeadLetter({ ...letter, ...over })), tMs)).toEqual({ ...letter, ...over });
  });

  test("name the first check as the reason, and each check once", () => {
    expect(writeDeadLetter(letter)).toMatchObject({
      [deadLetterHeaders.reason]: "invalid_credit_score",
      [deadLetterHeaders.checks]: "invalid_credit_score,missing_user_id",
    });
  });

  test.each(["id", "stage", "sourceTopic", "sourcePartition", "sourceOffset"] as const)(
    "without %s are no scorer's letter",
    (key) => expect(readDeadLetter(without(deadLetterHeaders[key]), tMs)).toBeUndefined(),
  );

  test.each([
    ["another record's id", { ...letter, id: "credit_applications/3/1" }],
    ["a scorer's id under ingest's name", { ...letter, stage: "ingest" as const }],
  ])("with %s are not what we write", (_, forged) => {
    expect(readDeadLetter(bytesOf(writeDeadLetter(forged)), tMs)).toBeUndefined();
  });

  test("without the rest are those of a first attempt that failed just now", () => {
    const rest = ["attempt", "firstFailedAt", "failures", "scorerVersion"] as const;
    const headers = bytesOf(writeDeadLetter(letter)).filter(
      ([name]) => !rest.some((key) => deadLetterHeaders[key] === name),
    );
    expect(readDeadLetter(headers, tMs)).toMatchObject({
      attempt: 1,
      firstFailedAtMs: tMs,
      failures: [{ check: "unclassified" }],
      scorerVersion: undefined,
    });
  });

  test("become those of the record that is put back: the next attempt, and the time it failed first", () => {
    const headers = bytesOf(writeRedriven(letter));
    expect(readPast(headers, tMs)).toEqual({ attempt: 4, firstFailedAtMs: tMs - 1 });
    expect(readPast(bytesOf(writeRedriven({ ...letter, attempt: 9_999 })), tMs)).toMatchObject({ attempt: 9_999 });
    expect(sendersHeaders([...headers, ["schema", new Uint8Array()] as const])).toEqual([["schema", new Uint8Array()]]);
  });

  test("leave a traceparent alone: it is the sender's, and what is put back goes on in the trace that it came with", () => {
    const sent = [["traceparent", new Uint8Array([1])] as const];
    expect(sendersHeaders([...sent, ...bytesOf(writeDeadLetter(letter))])).toEqual(sent);
    expect(sendersHeaders([...sent, ...bytesOf(writeRedriven(letter))])).toEqual(sent);
  });
});
