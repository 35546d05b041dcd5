import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { noTracing } from "@scoreline/telemetry";
import { recordedTracing } from "@scoreline/telemetry/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { scoreBy } from "../test/policies.ts";
import { application, nowMs, record } from "../test/records.ts";
import { type ApplicationKind, applications } from "./applications.ts";
import { applicationReader, type Draft } from "./read.ts";
import { settle } from "./settle.ts";
import { RecordTraces } from "./traces.ts";

const { tracing, spans, reset } = recordedTracing();
beforeEach(reset);

const place = { topic: "credit_applications", partition: 0 };
const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const traced = (offset: number, value: unknown, flags = "01") =>
  record(offset, value, { headers: [["traceparent", Buffer.from(`00-${traceId}-${parentId}-${flags}`)]] });
const read = applicationReader(() => 0, "0.1.0");

/** The traces of a batch that was taken, and what it is settled to. */
function batch(records: ConsumedRecord[], on = tracing) {
  const traces = new RecordTraces<ApplicationKind>(place, applications, on);
  traces.taken(records);
  const drafts: Draft[] = records.map((each) => read(each, nowMs));
  return { traces, settlement: settle<ApplicationKind>(drafts, new Set(), scoreBy(), "application_id") };
}

test("a traced record is a span from taken to committed in its sender's trace, with the commit within", () => {
  const { traces, settlement } = batch([record(4, application("a")), traced(5, application("secret-id"))]);
  traces.committing();
  const kept = traces.settled(settlement);
  const [commit, process] = spans();
  expect(process?.name).toBe("credit_applications process");
  expect(process?.spanContext().traceId).toBe(traceId);
  expect(process?.parentSpanContext?.spanId).toBe(parentId);
  expect(process?.attributes).toEqual({
    "messaging.system": "kafka",
    "messaging.operation.type": "process",
    "messaging.operation.name": "process",
    "messaging.destination.name": "credit_applications",
    "messaging.destination.partition.id": "0",
    "messaging.kafka.offset": 5,
    "scoreline.outcome": "scored",
    "scoreline.policy_version": "consumer-loans@1",
    "scoreline.approval_status": "Approved",
  });
  expect(commit?.name).toBe("settle postgres");
  expect(commit?.parentSpanContext?.spanId).toBe(process?.spanContext().spanId);
  expect(kept).toEqual(new Map([[5n, process?.spanContext()]]));
});

test("each outcome is told, and a letter that is passed over has no span", () => {
  const records = [traced(0, application("a")), traced(1, application("a")), traced(2, Buffer.from("{"))];
  const { traces, settlement } = batch(records);
  traces.taken([traced(3, null, "01")]);
  const kept = traces.settled({ ...settlement, next: 4n });
  const processed = spans().filter(({ name }) => name.endsWith("process"));
  expect(processed.map(({ attributes }) => attributes["scoreline.outcome"])).toEqual(["scored", "duplicate", "failed"]);
  expect([...(kept?.keys() ?? [])]).toEqual([0n, 1n, 2n]);
});

test("what is not committed yet stays open, and is told as returned when the partition is given up", () => {
  const { traces, settlement } = batch([traced(0, application("a"))]);
  traces.taken([traced(1, application("b"))]);
  traces.settled(settlement);
  expect(spans().map(({ name }) => name)).toEqual(["settle postgres", "credit_applications process"]);
  traces.dropped();
  expect(spans().at(-1)?.attributes).toMatchObject({ "messaging.kafka.offset": 1, "scoreline.outcome": "returned" });
});

describe("there is no span", () => {
  test.each([
    ["of a record without a trace", record(0, application("a"))],
    ["of a trace that is not sampled", traced(0, application("a"), "00")],
    ["of a header that says nothing", record(0, application("a"), { headers: [["traceparent", Buffer.from("x")]] })],
  ])("%s", (_, one) => {
    const { traces, settlement } = batch([one]);
    traces.committing();
    expect(traces.settled(settlement)).toBeUndefined();
    traces.dropped();
    expect(spans()).toEqual([]);
  });

  test("without tracing, and no header is looked at", () => {
    const unread = { ...record(0, application("a")) };
    Object.defineProperty(unread, "headers", { get: () => expect.unreachable() });
    new RecordTraces(place, applications, noTracing).taken([unread]);
  });

  test("of records beyond the bound of a batch", () => {
    const { traces, settlement } = batch(Array.from({ length: 500 }, (_, n) => traced(n, application(n))));
    expect(traces.settled(settlement)?.size).toBe(64);
  });
});
