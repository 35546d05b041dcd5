import { randomBytes } from "node:crypto";
import { topics } from "@scoreline/contracts";
import { describe, expect, test } from "vitest";
import { application } from "./support/fraudCheck.ts";
import type { ReceivedSpan } from "./support/otlpReceiver.ts";
import { readTopic } from "./support/topic.ts";
import { runtimes, type TracedStack, tracedStack } from "./support/tracedStack.ts";

let stack: TracedStack;
tracedStack("traces", (started) => {
  stack = started;
});

const sendersSpan = "b7ad6b7169203331";
const newTrace = () => {
  const traceId = randomBytes(16).toString("hex");
  return { traceId, traceparent: `00-${traceId}-${sendersSpan}-01` };
};

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const sent = {
    authorization: `Bearer ${stack.env.SCORELINE_API_KEY}`,
    "content-type": "application/json",
    ...headers,
  };
  return fetch(url, { method: "POST", headers: sent, body: typeof body === "string" ? body : JSON.stringify(body) });
}

/** A trace's spans, as `name < parent's name`; its sender's own span is `sender`. */
function treeOf(traceId: string): string[] {
  const spans = stack.receiver.spans().filter((span) => span.traceId === traceId);
  const nameOf = (id: string) => spans.find(({ spanId }) => spanId === id)?.name;
  return spans
    .map(({ name, parentSpanId }) => {
      return `${name} < ${parentSpanId === sendersSpan ? "sender" : (nameOf(parentSpanId) ?? parentSpanId)}`;
    })
    .toSorted();
}

async function untilTree(traceId: string, tree: string[]): Promise<ReceivedSpan[]> {
  await expect.poll(() => treeOf(traceId), { timeout: 30_000 }).toEqual(tree.toSorted());
  return stack.receiver.spans().filter((span) => span.traceId === traceId);
}

const named = (spans: ReceivedSpan[], name: string) => spans.find((span) => span.name === name) as ReceivedSpan;

describe.each(runtimes)("on %s", (runtime) => {
  test("an application's trace goes from its sender over HTTP, Kafka, scorer and Postgres to its decision on Kafka", async () => {
    const { traceId, traceparent } = newTrace();
    const { ingest } = stack.workers[runtime];
    const id = `traced-${runtime}`;
    const answer = await post(`${ingest}/v1/applications`, application(id), { traceparent });
    const { partition, offset } = (await answer.json()) as { partition: number; offset: number };
    const spans = await untilTree(traceId, [
      "POST /v1/applications < sender",
      "credit_applications publish < POST /v1/applications",
      "credit_applications process < credit_applications publish",
      "settle postgres < credit_applications process",
      "project kafka < credit_applications process",
    ]);
    expect(named(spans, "POST /v1/applications")).toMatchObject({
      service: "scoreline-ingest",
      isError: false,
      attributes: { "http.request.method": "POST", "http.route": "/v1/applications", "http.response.status_code": 202 },
    });
    const place = { "messaging.destination.partition.id": String(partition), "messaging.kafka.offset": offset };
    expect(named(spans, "credit_applications publish").attributes).toMatchObject(place);
    expect(named(spans, "credit_applications process")).toMatchObject({
      service: "scoreline-scorer",
      attributes: { ...place, "scoreline.outcome": "scored", "scoreline.approval_status": "Approved" },
    });
    const decisions = await readTopic(stack.env.KAFKA_BROKERS, topics.creditDecisions.name);
    const decision = decisions.find(({ key }) => String(key) === id);
    const projected = named(spans, "project kafka").spanId;
    expect(decision?.headers.map(([name, value]) => [name, String(value)])).toEqual([
      ["traceparent", `00-${traceId}-${projected}-01`],
    ]);
  });

  test("a fraud check's trace has the wait for the decision", async () => {
    const { traceId, traceparent } = newTrace();
    const answer = await post(`${stack.workers[runtime].fraudCheck}/v1/fraud-check`, application(`asked-${runtime}`), {
      traceparent,
    });
    expect(answer.status).toBe(200);
    const spans = await untilTree(traceId, [
      "POST /v1/fraud-check < sender",
      "credit_applications publish < POST /v1/fraud-check",
      "await decision < POST /v1/fraud-check",
      "credit_applications process < credit_applications publish",
      "settle postgres < credit_applications process",
      "project kafka < credit_applications process",
    ]);
    expect(named(spans, "POST /v1/fraud-check").attributes).toMatchObject({ "scoreline.outcome": "decided" });
  });

  test("a refused application's trace goes on with its dead letter to its data-quality issues", async () => {
    const { traceId, traceparent } = newTrace();
    const bad = { ...application(`bad-${runtime}`), credit_score: 5 };
    expect((await post(`${stack.workers[runtime].ingest}/v1/applications`, bad, { traceparent })).status).toBe(422);
    const spans = await untilTree(traceId, [
      "POST /v1/applications < sender",
      "dead_letters publish < POST /v1/applications",
      "dead_letters process < dead_letters publish",
      "settle postgres < dead_letters process",
    ]);
    expect(named(spans, "dead_letters process").attributes).toMatchObject({ "scoreline.outcome": "failed" });
  });

  test("each line of a stream is in the request's trace", async () => {
    const { traceId, traceparent } = newTrace();
    const lines = [1, 2].map((line) => JSON.stringify(application(`line-${line}-${runtime}`))).join("\n");
    const headers = { traceparent, "content-type": "application/x-ndjson" };
    await (await post(`${stack.workers[runtime].ingest}/v1/applications`, lines, headers)).text();
    const each = [
      "credit_applications publish < POST /v1/applications",
      "credit_applications process < credit_applications publish",
      "settle postgres < credit_applications process",
      "project kafka < credit_applications process",
    ];
    await untilTree(traceId, ["POST /v1/applications < sender", ...each, ...each]);
  });

  test("a trace that its sender does not keep, and a probe, have no span", async () => {
    const { traceId, traceparent } = newTrace();
    const { ingest } = stack.workers[runtime];
    const unkept = traceparent.replace(/01$/, "00");
    await post(`${ingest}/v1/applications`, application(`unkept-${runtime}`), { traceparent: unkept });
    await fetch(`${ingest}/readyz`, { headers: { traceparent } });
    // What came later is there, so these would be.
    const later = newTrace();
    await post(`${ingest}/v1/applications`, "{", { traceparent: later.traceparent });
    await untilTree(later.traceId, ["POST /v1/applications < sender"]);
    expect(treeOf(traceId)).toEqual([]);
    const records = await readTopic(stack.env.KAFKA_BROKERS, topics.creditApplications.name);
    const unkeptRecord = records.find(({ value }) => String(value).includes(`"unkept-${runtime}"`));
    expect(unkeptRecord?.headers.map(([name]) => name)).toEqual(["content-type", "schema"]);
  });
});

test("a request without a trace begins one, which is sampled as OTEL_TRACES_SAMPLER says", async () => {
  await post(`${stack.workers.node.ingest}/v1/applications`, application("untraced"));
  const isRoot = ({ name, parentSpanId }: ReceivedSpan) => name === "POST /v1/applications" && parentSpanId === "";
  await expect.poll(() => stack.receiver.spans().filter(isRoot), { timeout: 30_000 }).toHaveLength(1);
});
