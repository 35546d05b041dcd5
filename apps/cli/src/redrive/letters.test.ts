import { type DeadLetter, writeDeadLetter } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { describe, expect, test } from "vitest";
import { letterOf, type Selection, selects } from "./letters.ts";

const tMs = Date.parse("2026-03-01T12:00:00Z");

function record(over: Partial<DeadLetter> = {}, raw: Partial<ConsumedRecord> = {}): ConsumedRecord {
  const headers = writeDeadLetter({
    id: "credit_applications/3/7",
    stage: "scorer",
    failures: ["invalid_loan_amount", "missing_user_id"].map((check) => ({ pointer: "", check, detail: "" })),
    sourceTopic: "credit_applications",
    source: { partition: 3, offset: 7n },
    attempt: 2,
    firstFailedAtMs: tMs - 60_000,
    scorerVersion: "0.1.0",
    bytesOmitted: false,
    ...over,
  });
  const own = Object.entries(headers).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
  const place = { topic: "dead_letters", partition: 0, offset: 0n, timestampMs: tMs };
  return { ...place, key: null, value: null, headers: [["schema", Buffer.from("s")], ...own], ...raw };
}

describe("a record of dead_letters", () => {
  test("is a letter with its reason, its checks and the sender's headers alone", () => {
    expect(letterOf(record())).toMatchObject({
      reason: "invalid_loan_amount",
      checks: ["invalid_loan_amount", "missing_user_id"],
      deadLetteredAtMs: tMs,
      value: Buffer.alloc(0),
      headers: [["schema", Buffer.from("s")]],
    });
  });

  test.each([
    ["of a stranger", record({}, { headers: [] })],
    ["from a topic that is none of ours", record({ sourceTopic: "orders", id: "orders/3/7" })],
    ["from the dead letters themselves", record({ sourceTopic: "dead_letters", id: "dead_letters/3/7" })],
    [
      "from a partition that is not there",
      record({ source: { partition: 6, offset: 7n }, id: "credit_applications/6/7" }),
    ],
  ])("%s is none", (_, stranger) => expect(letterOf(stranger)).toBeUndefined());
});

describe("a letter is selected", () => {
  const letter = letterOf(record());
  const all: Selection = {
    ...{ stage: undefined, reasons: [], checks: [], sourceTopic: undefined },
    ...{ sinceMs: undefined, untilMs: undefined, attemptMax: undefined },
  };
  const cases: [by: string, selection: Partial<Selection>, selected: boolean][] = [
    ["nothing", {}, true],
    ["its stage", { stage: "scorer" }, true],
    ["another stage", { stage: "ingest" }, false],
    ["its reason", { reasons: ["invalid_json", "invalid_loan_amount"] }, true],
    ["a check that is not its reason, as a reason", { reasons: ["missing_user_id"] }, false],
    ["any of its checks", { checks: ["missing_user_id"] }, true],
    ["another check", { checks: ["invalid_json"] }, false],
    ["its topic", { sourceTopic: "credit_applications" }, true],
    ["another topic", { sourceTopic: "transactions" }, false],
    ["the moment of its writing, as the first", { sinceMs: tMs }, true],
    ["a later moment, as the first", { sinceMs: tMs + 1 }, false],
    ["the moment of its writing, as the end", { untilMs: tMs }, false],
    ["a later moment, as the end", { untilMs: tMs + 1 }, true],
    ["as many attempts", { attemptMax: 2 }, true],
    ["fewer attempts", { attemptMax: 1 }, false],
    ["its stage, and another topic", { stage: "scorer", sourceTopic: "transactions" }, false],
  ];
  test.each(cases)("by %s", (_, selection, selected) => {
    expect(letter && selects({ ...all, ...selection }, letter)).toBe(selected);
  });
});
