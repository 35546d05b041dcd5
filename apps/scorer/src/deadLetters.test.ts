import { type DeadLetter, deadLetterHeaders, type RecordHeaders, readDeadLetter, topics } from "@scoreline/contracts";
import { headerList, type RecordToSend, recordBytesMax } from "@scoreline/kafka";
import { describe, expect, test } from "vitest";
import { nowMs, record } from "../test/records.ts";
import { deadLetterOf } from "./deadLetters.ts";
import { applicationReader, type Draft } from "./read.ts";
import { readRefusal } from "./refusals.ts";

const read = applicationReader(() => 0, "0.1.0+abc1234");
const place = { topic: "credit_applications", partition: 0 };
const tMs = nowMs + 60_000;

/** The letter of a bad record, with its headers as a consumer gives them. */
function letterOf(draft: Draft) {
  if (draft.kind !== "faulty" || !draft.record.kept) throw new Error("the record was not bad");
  const letter = deadLetterOf(place, draft.record, draft.record.kept);
  return { ...letter, headers: bytesOf(letter) };
}

function bytesOf(letter: RecordToSend): [name: string, value: Buffer][] {
  return headerList(letter).map(([name, content]) => [name, Buffer.from(content as string)]);
}

const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const header = (name: string, value: string | Buffer): [string, Buffer] => [name, Buffer.from(value as string)];

test("a letter has the record's own key, bytes and headers, whatever they are, and says what is wrong with it", () => {
  const sent = [header("traceparent", "00-1"), header("twice", every), header("twice", ""), header("", every)];
  const letter = letterOf(read(record(7, every, { key: every, headers: sent }), tMs));
  expect(letter).toMatchObject({ topic: topics.deadLetters.name, key: every, value: every });
  expect(letter.headers.slice(0, 4)).toEqual(sent);
  expect(Object.fromEntries(letter.headers.slice(4).map(([name, value]) => [name, String(value)]))).toEqual({
    [deadLetterHeaders.id]: "credit_applications/0/7",
    [deadLetterHeaders.attempt]: "1",
    [deadLetterHeaders.firstFailedAt]: new Date(tMs).toISOString(),
    [deadLetterHeaders.stage]: "scorer",
    [deadLetterHeaders.reason]: "invalid_json",
    [deadLetterHeaders.checks]: "invalid_json",
    [deadLetterHeaders.failures]: expect.stringContaining("not UTF-8"),
    [deadLetterHeaders.sourceTopic]: "credit_applications",
    [deadLetterHeaders.sourcePartition]: "0",
    [deadLetterHeaders.sourceOffset]: "7",
    [deadLetterHeaders.scorerVersion]: "0.1.0+abc1234",
  });
});

test("its reason is the first check that failed, and each check is named once", () => {
  const letter = letterOf(read(record(0, { user_id: "a b", loan_amount: "x", credit_score: 1 }), tMs));
  const said = readDeadLetter(letter.headers, tMs) as DeadLetter;
  const checks = letter.headers.find(([name]) => name === deadLetterHeaders.checks)?.[1];
  expect(String(checks)).toBe(said.failures.map(({ check }) => check).join(","));
  expect(letter.headers).toContainEqual([deadLetterHeaders.reason, Buffer.from(String(said.failures[0]?.check))]);
});

describe("a record that was put back and is still bad", () => {
  const firstFailedAt = new Date(nowMs).toISOString();

  test("keeps when it failed first and counts its attempt; the letter that it was leaves no other trace", () => {
    const before = letterOf(read(record(7, Buffer.from("{"), { headers: [header("schema", "s")] }), nowMs));
    const headers = before.headers.map(([name, value]) =>
      name === deadLetterHeaders.attempt ? header(name, "2") : header(name, value),
    );
    const letter = letterOf(read(record(9, Buffer.from("{"), { headers }), tMs));
    expect(letter.headers).toHaveLength(before.headers.length);
    expect(readDeadLetter(letter.headers, tMs)).toMatchObject({
      id: "credit_applications/0/9",
      attempt: 2,
      firstFailedAtMs: nowMs,
    });
  });

  const claims: [claim: string, attempt: string | Buffer, firstFailedAt: string | Buffer][] = [
    ["nothing", "", ""],
    ["words", "many", "yesterday"],
    ["bytes", every, every],
    ["a negative attempt, and a time to come", "-1", new Date(tMs + 1).toISOString()],
    ["an endless attempt, and a time without a zone", "9".repeat(40), "2026-03-01T12:00:00"],
    ["a fraction, and a day that is none", "1.5", "2026-13-45T12:00:00.000Z"],
    ["a megabyte", "1".repeat(1_000_000), `${firstFailedAt}${" ".repeat(1_000_000)}`],
    ["U+0000", "2\0", `${firstFailedAt}\0`],
    ["attempt 0, and a time before all", "0", "0000-01-01T00:00:00.000Z"],
  ];
  test.each(claims)("is as new where its headers claim %s", (_, attempt, first) => {
    const headers = [header(deadLetterHeaders.attempt, attempt), header(deadLetterHeaders.firstFailedAt, first)];
    const draft = read(record(9, Buffer.from("{"), { headers }), tMs);
    expect(draft).toMatchObject({ record: { kept: { attempt: 1, firstFailedAtMs: tMs, headers: [] } } });
  });
});

describe("a record as large as the broker takes", () => {
  const omitted = [header(deadLetterHeaders.bytesOmitted, "true")];

  test.each([
    ["in its value", record(0, Buffer.alloc(recordBytesMax - 400, "x"))],
    ["in its headers", record(0, Buffer.from("{"), { headers: [header("large", Buffer.alloc(recordBytesMax - 400))] })],
    ["in many small headers", record(0, Buffer.from("{"), { headers: Array(100_000).fill(header("a", "")) })],
  ])("%s gives a letter without its bytes, which says so and where it lies", (_, raw) => {
    const letter = letterOf(read(raw, tMs));
    expect([letter.key, letter.value]).toEqual([null, Buffer.alloc(0)]);
    expect(letter.headers).toEqual(expect.arrayContaining(omitted));
    expect(readDeadLetter(letter.headers, tMs)).toMatchObject({
      bytesOmitted: true,
      source: { partition: 0, offset: 0n },
    });
  });
});

describe("a dead letter is never dead-lettered again", () => {
  const bad = letterOf(read(record(7, Buffer.from("{")), nowMs));
  const asIngests = bad.headers.map(([name, value]) =>
    header(name, name === deadLetterHeaders.stage ? "ingest" : value),
  );
  const letters: [whose: string, headers: RecordHeaders][] = [
    ["the scorer's", bad.headers],
    ["ingest's", asIngests],
    ["a stranger's", []],
    ["a stranger's with garbage", Object.values(deadLetterHeaders).map((name) => header(name, every))],
    [
      "a stranger's that names ingest",
      [header(deadLetterHeaders.stage, "ingest"), header(deadLetterHeaders.failures, every)],
    ],
  ];
  test.each(letters)("%s", (_, headers) => {
    const raw = record(3, Buffer.from("{"), { topic: "dead_letters", headers: headers as [string, Buffer][] });
    const draft = readRefusal(raw, tMs);
    expect(draft.kind === "faulty" ? draft.record.kept : draft.kind).toBe(
      draft.kind === "faulty" ? undefined : "skipped",
    );
  });
});
