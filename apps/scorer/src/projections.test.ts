import { DecisionEvent, topics } from "@scoreline/contracts";
import { DeliveryFailed, headerList } from "@scoreline/kafka";
import { MemoryProducer } from "@scoreline/kafka/memory";
import { readTraceparent, type SpanContext } from "@scoreline/telemetry";
import { recordedTracing } from "@scoreline/telemetry/testing";
import { MongoClient } from "mongodb";
import { describe, expect, test } from "vitest";
import { scoreBy } from "../test/policies.ts";
import { application, nowMs, record } from "../test/records.ts";
import type { ApplicationKind } from "./applications.ts";
import { createProjectors } from "./projections.ts";
import { applicationReader } from "./read.ts";
import { settle } from "./settle.ts";

const place = { topic: "credit_applications", partition: 0 };
const read = applicationReader(() => 0, "0.1.0");
// Never asked: none of these applications is fraud.
const db = new MongoClient("mongodb://127.0.0.1:1/").db("unused");

function settled(...values: unknown[]) {
  const drafts = values.map((value, offset) => read(record(offset, value), nowMs + offset));
  return settle<ApplicationKind>(drafts, new Set(), scoreBy(), "application_id");
}

test("each scored application is one decision, keyed by its id, with the same id on a repeat", async () => {
  const producer = new MemoryProducer();
  const project = createProjectors({ producer, db }).applications;
  const committed = settled(application("a"), application("b", { credit_score: 550 }));
  await project(place, committed);
  await project(place, committed);
  const decisions = producer.records(topics.creditDecisions.name);
  const events = decisions.map(({ value }) => JSON.parse(Buffer.from(value).toString()));
  expect(events.find((event) => event.application_id === "b")).toEqual({
    decision_id: "credit_applications/0/1",
    application_id: "b",
    user_id: "u",
    approval_status: "Under Review",
    risk_level: "Medium",
    is_fraud: false,
    reasons: ["MANUAL_REVIEW_REQUIRED"],
    policy_version: "consumer-loans@1",
    received_at: new Date(nowMs + 1).toISOString(),
  });
  expect(decisions.map(({ key }) => key).toSorted()).toEqual(["a", "a", "b", "b"]);
  expect(new Set(events.map((event) => event.decision_id)).size).toBe(2);
});

test("a decision's record is what its contract says, for every outcome", async () => {
  const producer = new MemoryProducer();
  const values = [700, 550, 400].flatMap((credit_score) => {
    return [1, 15_000, 15_001].map((loan_amount) =>
      application(`${credit_score}:${loan_amount}`, { credit_score, loan_amount }),
    );
  });
  const committed = settled(
    ...values.filter(({ credit_score, loan_amount }) => credit_score > 450 || loan_amount < 15_001),
  );
  await createProjectors({ producer, db }).applications(place, committed);
  const events = producer
    .records(topics.creditDecisions.name)
    .map(({ value }) => JSON.parse(Buffer.from(value).toString()));
  expect(events.map((event) => DecisionEvent.strict().parse(event))).toHaveLength(8);
  expect(new Set(events.map((event) => event.reasons.length))).toEqual(new Set([0, 1]));
});

test("a bad record is one dead letter, and a repeat of an id is none", async () => {
  const producer = new MemoryProducer();
  const counts: number[] = [];
  const observer = { deadLettered: (count: number) => void counts.push(count) };
  await createProjectors({ producer, db, observer }).applications(
    place,
    settled(application("a"), application("a"), Buffer.from("{")),
  );
  expect(counts).toEqual([1]);
  expect(producer.records(topics.deadLetters.name)).toMatchObject([{ key: Buffer.from("u"), value: Buffer.from("{") }]);
});

test("a record that was not acknowledged fails the projection", async () => {
  const failed = new DeliveryFailed("away", { retryable: true });
  const producer = new MemoryProducer({ fault: ({ key }) => (key === "b" ? failed : undefined) });
  const counts: number[] = [];
  const observer = { deadLettered: (count: number) => void counts.push(count) };
  const project = createProjectors({ producer, db, observer }).applications;
  await expect(project(place, settled(application("a"), application("b"), Buffer.from("{")))).rejects.toBe(failed);
  expect(counts).toEqual([]);
});

describe("of a record that is traced", () => {
  const { tracing, spans, reset } = recordedTracing();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const sent = `00-${traceId}-b7ad6b7169203331-01`;
  const traced = new Map([[0n, readTraceparent(`00-${traceId}-00f067aa0ba902b7-01`) as SpanContext]]);
  const traceparentsOf = (producer: MemoryProducer, topic: string) =>
    producer
      .records(topic)
      .map((each) => headerList(each).flatMap(([name, v]) => (name === "traceparent" ? [String(v)] : [])));

  test("the decision carries the trace on, and no other's does", async () => {
    reset();
    const producer = new MemoryProducer({ partitions: 1 });
    const project = createProjectors({ producer, db, tracing }).applications;
    await project(place, { ...settled(application("a"), application("b")), traced });
    const [span] = spans();
    expect(span?.name).toBe("project kafka");
    expect(span?.parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
    expect(traceparentsOf(producer, topics.creditDecisions.name)).toEqual([
      [`00-${traceId}-${span?.spanContext().spanId}-01`],
      [],
    ]);
  });

  test("the dead letter has its sender's own traceparent and no other, so that it is put back as it came", async () => {
    reset();
    const producer = new MemoryProducer({ partitions: 1 });
    const project = createProjectors({ producer, db, tracing }).applications;
    const headers: [string, Buffer][] = [["traceparent", Buffer.from(sent)]];
    const draft = read(record(0, Buffer.from("{"), { headers }), nowMs);
    await project(place, { ...settle<ApplicationKind>([draft], new Set(), scoreBy(), "application_id"), traced });
    expect(traceparentsOf(producer, topics.deadLetters.name)).toEqual([[sent]]);
    expect(spans().map(({ name, attributes }) => [name, attributes["messaging.destination.name"]])).toEqual([
      ["project kafka", "dead_letters"],
    ]);
  });

  test("a sink that does not answer is an error of the attempt's span", async () => {
    reset();
    const fault = () => new DeliveryFailed("away", { retryable: true });
    const project = createProjectors({ producer: new MemoryProducer({ fault }), db, tracing }).applications;
    await expect(project(place, { ...settled(application("a")), traced })).rejects.toThrow();
    expect(spans()[0]?.attributes["error.type"]).toBe("DeliveryFailed");
  });
});
