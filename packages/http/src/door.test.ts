import { checkTypes } from "@scoreline/contracts";
import { createLogger, createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { createDoor, type DoorDeps } from "./door.ts";
import {
  applicationContract,
  type OutgoingRecord,
  type RecordContract,
  transactionContract,
} from "./recordContract.ts";

const good = {
  application_id: 7,
  user_id: "u-1",
  credit_score: 700,
  loan_amount: 1250.5,
  timestamp: "2026-01-31T09:30:00+01:00",
};

function door(over: Partial<DoorDeps> = {}, contract: RecordContract<unknown> = applicationContract) {
  const sent: OutgoingRecord[] = [];
  const metrics = createMetrics("door");
  const deps: DoorDeps = {
    send: async (record) => void sent.push(record),
    metrics,
    log: createLogger("door", "silent"),
    nowMs: () => Date.UTC(2026, 0, 31, 10),
    newId: () => "letter-1",
    deadLetterWaitMsMax: 1_000,
    ...over,
  };
  const read = (input: unknown) => createDoor(contract, deps).read(input, JSON.stringify(input));
  return { read, sent, metrics };
}

test("an application that keeps its contract comes in canonical form, and nothing is sent", async () => {
  const { read, sent } = door();
  expect(await read(good)).toMatchObject({
    ok: true,
    value: {
      application_id: "7",
      user_id: "u-1",
      loan_amount_minor: 125_050,
      timestamp_ms: Date.UTC(2026, 0, 31, 8, 30),
    },
  });
  expect(sent).toEqual([]);
});

test("a refused one is told every rule it breaks, counted by check, and kept as it came", async () => {
  const { read, sent, metrics } = door();
  const bad = { ...good, credit_score: 900, colour: "blue" };
  const refused = await read(bad);
  expect(refused).toMatchObject({
    ok: false,
    problem: { code: "validation_failed", detail: "The application breaks 2 rules of its contract." },
  });
  expect(sent).toHaveLength(1);
  expect(JSON.parse(new TextDecoder().decode(sent[0]?.value))).toEqual(bad);
  expect(sent[0]).toMatchObject({ topic: "dead_letters", key: "u-1", headers: { "dead-letter-id": "letter-1" } });
  const { body } = await metrics.expose();
  expect(body).toContain('scoreline_ingest_failures_total{check="unknown_field",app="door"} 1');
  expect(body).toContain('scoreline_dead_letters_total{stage="ingest",app="door"} 1');
});

test("every check is counted from 0, and a dead letter only when the broker has it", async () => {
  const { read, metrics } = door({ send: () => Promise.reject(new Error("away")) });
  await read({ ...good, credit_score: 900 });
  const { body } = await metrics.expose();
  for (const check of checkTypes.filter((each) => each !== "invalid_credit_score")) {
    expect(body).toContain(`scoreline_ingest_failures_total{check="${check}",app="door"} 0`);
  }
  expect(body).toContain('scoreline_dead_letters_total{stage="ingest",app="door"} 0');
});

test("the door to another topic holds what comes to that topic's contract, and its dead letters say so", async () => {
  const { read, sent } = door({}, transactionContract);
  expect(await read({ ...good, location: "Denver, CO" })).toMatchObject({
    ok: false,
    problem: { detail: expect.stringContaining("The transaction breaks") },
  });
  expect(sent[0]?.headers["source-topic"]).toBe("transactions");
  expect(sent[0]?.headers["error-checks"]).toContain("missing_merchant");
});

test("what is no object leaves no dead letter", async () => {
  const { read, sent } = door();
  for (const input of [5, null, [good], "text"]) expect((await read(input)).ok).toBe(false);
  expect(sent).toEqual([]);
});

test("a dead letter that fails, or never gets through, does not hold the answer up", async () => {
  const failing = door({ send: () => Promise.reject(new Error("away")) });
  expect((await failing.read({})).ok).toBe(false);
  const stuck = door({ send: () => new Promise(() => {}), deadLetterWaitMsMax: 20 });
  const startMs = performance.now();
  expect((await stuck.read({})).ok).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
