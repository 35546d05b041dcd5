import { DeliveryFailed, ProducerBusy } from "@scoreline/kafka";
import { recordedTracing } from "@scoreline/telemetry/testing";
import { expect, test } from "vitest";
import { application, fraudCheck, recorded } from "../../test/support.ts";

const topic = "credit_applications";

test("an application is appended as ingest appends it, and answered once the scorer has committed its decision", async () => {
  const { post, appended, score } = fraudCheck();
  let answered = false;
  const answer = post(application()).finally(() => {
    answered = true;
  });
  const record = await appended(1);
  expect(record).toMatchObject({ key: "7", headers: { schema: "urn:scoreline:application" } });
  expect(JSON.parse(new TextDecoder().decode(record.value))).toEqual({
    application_id: "A-1",
    user_id: "7",
    credit_score: 700,
    loan_amount: "1250.50",
    timestamp: "2026-01-31T09:30:00.000Z",
  });
  await new Promise(setImmediate);
  expect(answered).toBe(false);
  score(0n, { approvalStatus: "Rejected", policyStatus: "Rejected", riskLevel: "High" });
  const response = await answer;
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    application_id: "A-1",
    decision_id: `${topic}/0/0`,
    status: "Rejected",
    risk_level: "High",
  });
});

test("a repeat, however it is spelled, is answered from the record and appends nothing", async () => {
  const { post, appended, score, producer } = fraudCheck();
  const first = post(application());
  await appended(1);
  score(0n);
  const original = await (await first).json();
  for (const changes of [{}, { user_id: "7", loan_amount: "1250.5" }, { timestamp: 1_769_851_800, device_id: null }]) {
    const repeat = await post(application(changes));
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toEqual(original);
  }
  expect(producer.records(topic)).toHaveLength(1);
});

test("other content under the same id is 409, tells nothing of the first decision and appends nothing", async () => {
  const { post, store, producer } = fraudCheck();
  store.decisions.set("A-1", recorded());
  const response = await post(application({ loan_amount: 1250.51 }));
  expect(response.status).toBe(409);
  const text = await response.text();
  expect(text).toContain("application_id_reused");
  expect(text).not.toMatch(/Approved|1250/);
  expect(producer.records(topic)).toEqual([]);
});

test("of two that come at once the same gets the one decision, and another content 409", async () => {
  const { post, appended, score } = fraudCheck();
  const answers = [post(application()), post(application()), post(application({ credit_score: 800 }))];
  await appended(3);
  for (const offset of [0n, 1n, 2n]) score(offset);
  const [first, second, third] = await Promise.all(answers);
  expect([first?.status, second?.status, third?.status]).toEqual([200, 200, 409]);
  expect(await second?.json()).toEqual(await first?.json());
});

test("while the decision is not there a retry waits for the record that is on the topic, and adds none", async () => {
  const { post, appended, score, producer } = fraudCheck({ decisionWaitMsMax: 100 });
  for (let attempt = 0; attempt < 3; attempt += 1) expect((await post(application())).status).toBe(503);
  const waiting = post(application());
  const other = post(application({ credit_score: 800 }));
  await appended(2);
  score(0n);
  score(1n);
  const answer = await waiting;
  expect(await answer.json()).toMatchObject({ decision_id: `${topic}/0/0` });
  expect((await other).status).toBe(409);
  expect(producer.records(topic)).toHaveLength(2);
});

test("a decision that does not come in time is 503 with a time to retry; the retry reads it and appends nothing", async () => {
  const { post, score, producer } = fraudCheck({ decisionWaitMsMax: 100 });
  const late = await post(application());
  expect(late.status).toBe(503);
  expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await late.json()).toMatchObject({ code: "decision_pending" });
  score(0n);
  expect((await post(application())).status).toBe(200);
  expect(producer.records(topic)).toHaveLength(1);
});

test("a broker that never acknowledges does not hold an answer up beyond its bound", async () => {
  const { post } = fraudCheck({ decisionWaitMsMax: 50 }, { fault: () => new Promise(() => {}) });
  const startMs = performance.now();
  expect(await (await post(application())).json()).toMatchObject({ code: "decision_pending" });
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

test.each([
  ["a broker that does not acknowledge", new DeliveryFailed("secret", { retryable: true })],
  ["a broker that refuses", new DeliveryFailed("secret", { retryable: false })],
  ["a full queue", new ProducerBusy()],
])("%s is 503 with a time to retry", async (_, failure) => {
  const { post } = fraudCheck({}, { fault: () => failure });
  const response = await post(application());
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  const text = await response.text();
  expect(text).toContain("stream_unavailable");
  expect(text).not.toContain("secret");
});

test("while the store is away nothing is appended: 503", async () => {
  const { post, store, producer } = fraudCheck();
  store.away = true;
  const response = await post(application());
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "store_unavailable" });
  expect(producer.records(topic)).toEqual([]);
});

test("a store that goes away between the commit and the answer is 503, and the retry is answered", async () => {
  const { post, appended, score, store } = fraudCheck();
  const waiting = post(application());
  await appended(1);
  store.away = true;
  score(0n);
  expect((await waiting).status).toBe(503);
  store.away = false;
  expect((await post(application())).status).toBe(200);
});

test("beyond its bound of applications on their way it turns the next one away, and serves again after", async () => {
  const { post, appended, score } = fraudCheck({ inFlightMax: 2 });
  const waiting = [post(application()), post(application({ application_id: "A-2" }))];
  await appended(2);
  const refused = await post(application({ application_id: "A-3" }));
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "stream_unavailable" });
  score(0n);
  score(1n);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  const next = post(application({ application_id: "A-3" }));
  await appended(3);
  score(2n);
  expect((await next).status).toBe(200);
});

test("a record that the scorer finds broken is 422 with every rule that it broke there", async () => {
  const { post, appended, store, pass } = fraudCheck();
  const waiting = post(application());
  await appended(1);
  const failure = { pointer: "/timestamp", check: "invalid_timestamp", detail: "timestamp is ahead." };
  store.broken.set(0n, [failure]);
  pass(0n);
  const response = await waiting;
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ code: "validation_failed", errors: [failure] });
});

test("a record that was passed and left no trace is still pending, and the retry is appended anew", async () => {
  const { post, appended, pass, score } = fraudCheck();
  const waiting = post(application());
  await appended(1);
  pass(0n);
  expect(await (await waiting).json()).toMatchObject({ status: 503, code: "decision_pending" });
  const retry = post(application());
  await appended(2);
  score(1n);
  expect((await retry).status).toBe(200);
});

test("a refused application is told every failing field and lies among the dead letters as it came", async () => {
  const { post, producer } = fraudCheck();
  const sent = JSON.stringify(application({ credit_score: 900, loan_amount: 1.999, colour: 1 }));
  const response = await post(sent);
  expect(response.status).toBe(422);
  const { errors } = (await response.json()) as { errors: { pointer: string }[] };
  expect(errors.map(({ pointer }) => pointer)).toEqual(["/credit_score", "/loan_amount", "/colour"]);
  expect(new TextDecoder().decode(producer.records("dead_letters")[0]?.value)).toBe(sent);
  expect(producer.records(topic)).toEqual([]);
});

test.each<[string, number, string, Record<string, string>]>([
  ["broken JSON", 400, '{"application_id": 1,\n}', {}],
  ["a list of applications", 422, JSON.stringify([application()]), {}],
  ["a body beyond its bound", 413, JSON.stringify(application({ device_id: "x".repeat(70_000) })), {}],
  ["another content type", 415, JSON.stringify(application()), { "content-type": "application/x-ndjson" }],
  ["an encoded body", 415, JSON.stringify(application()), { "content-encoding": "gzip" }],
])("%s is %i, and nothing is read or appended", async (_, status, body, headers) => {
  const { post, producer, store } = fraudCheck();
  const response = await post(body, headers);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  if (status === 415) expect(response.headers.get("accept-post")).toBe("application/json");
  expect([producer.records(topic).length, store.reads]).toEqual([0, 0]);
});

test("the wait for the decision is a span within the request's, which tells how it ended", async () => {
  const { tracing, spans } = recordedTracing();
  const { post, appended, score } = fraudCheck({}, {}, { tracing });
  const answer = post(application());
  await appended(1);
  score(0n);
  expect((await answer).status).toBe(200);
  const [wait, request] = spans();
  expect([wait?.name, request?.name]).toEqual(["await decision", "POST /v1/fraud-check"]);
  expect(wait?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(wait?.attributes).toEqual({ "scoreline.decided": true });
  expect(request?.attributes).toMatchObject({ "scoreline.outcome": "decided", "http.response.status_code": 200 });
});
