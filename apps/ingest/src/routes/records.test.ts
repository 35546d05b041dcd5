import { readFileSync } from "node:fs";
import { ProducerBusy } from "@scoreline/kafka";
import { expect, test } from "vitest";
import { application, ingest, linesOf, transaction } from "../../test/support.ts";

const bad = application({
  application_id: "a b",
  credit_score: 900,
  loan_amount: 1.999,
  timestamp: undefined,
  colour: 1,
});
const badPointers = ["/application_id", "/credit_score", "/loan_amount", "/timestamp", "/colour"];

test("an accepted application lies on its topic in canonical form, keyed by its user", async () => {
  const { post, producer } = ingest();
  const response = await post(application());
  const [record] = producer.records("credit_applications");
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({
    application_id: "A-1",
    topic: "credit_applications",
    partition: record?.partition,
    offset: 0,
  });
  expect(record).toMatchObject({ key: "7", headers: { schema: "urn:scoreline:application" } });
  expect(JSON.parse(new TextDecoder().decode(record?.value))).toEqual({
    application_id: "A-1",
    user_id: "7",
    credit_score: 700,
    loan_amount: "1250.50",
    timestamp: "2026-01-31T09:30:00.000Z",
  });
});

test("an accepted transaction lies on its own topic in canonical form, keyed by its user", async () => {
  const { postTo, producer } = ingest();
  const response = await postTo("/v1/transactions", transaction());
  const [record] = producer.records("transactions");
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({
    transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
    topic: "transactions",
    partition: record?.partition,
    offset: 0,
  });
  expect(record).toMatchObject({ key: "7", headers: { schema: "urn:scoreline:transaction" } });
  expect(JSON.parse(new TextDecoder().decode(record?.value))).toEqual({
    ...transaction(),
    transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
    user_id: "7",
    amount: "12.50",
    timestamp: "2026-01-31T09:30:00.000Z",
  });
  expect(producer.records("credit_applications")).toEqual([]);
});

test("transactions are taken as a batch and as a stream, each with its own result, and the refused ones are dead letters", async () => {
  const { postTo, producer } = ingest();
  const refused = transaction({ credit_score: "700", is_fraud: 1 });
  const batch = await postTo("/v1/transactions", [transaction(), refused]);
  expect(batch.status).toBe(207);
  const { results } = (await batch.json()) as { results: { status: number; detail?: string; errors?: object[] }[] };
  expect(results.map(({ status }) => status)).toEqual([202, 422]);
  expect(results[1]).toMatchObject({
    detail: "The transaction breaks 2 rules of its contract.",
    errors: [{ check: "invalid_credit_score" }, { check: "invalid_is_fraud" }],
  });
  const lines = [transaction(), application()].map((line) => JSON.stringify(line)).join("\n");
  const streamed = await postTo("/v1/transactions", lines, { "content-type": "application/x-ndjson" });
  expect((await linesOf(streamed)).map(({ status }) => status)).toEqual([202, 422]);
  expect(producer.records("transactions")).toHaveLength(2);
  const letters = producer.records("dead_letters");
  expect(letters.map(({ key }) => key)).toEqual(["7", "7"]);
  expect(letters.map(({ headers }) => (headers as Record<string, string>)["source-topic"])).toEqual([
    "transactions",
    "transactions",
  ]);
});

test("the schema that a record names is the contract's own", async () => {
  const { post, producer } = ingest();
  await post(application());
  const path = new URL("../../../../packages/contracts/schemas/application.schema.json", import.meta.url);
  const { $id } = JSON.parse(readFileSync(path, "utf8")) as { $id: string };
  expect(producer.records("credit_applications")[0]?.headers).toEqual({
    "content-type": "application/json",
    schema: $id,
  });
});

test("202 is given only after the acknowledgement", async () => {
  let acknowledge = () => {};
  let sent = () => {};
  const beingSent = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const { post } = ingest({
    fault: () => {
      sent();
      return new Promise((resolve) => {
        acknowledge = () => resolve(undefined);
      });
    },
  });
  let answered = false;
  const answer = post(application()).then((response) => {
    answered = true;
    return response;
  });
  await beingSent;
  await new Promise(setImmediate);
  expect(answered).toBe(false);
  acknowledge();
  expect((await answer).status).toBe(202);
});

test("a bad application is refused with every failing field by JSON pointer", async () => {
  const { post, producer } = ingest();
  const response = await post(bad);
  expect(response.status).toBe(422);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = (await response.json()) as { errors: { pointer: string; check: string; detail: string }[] };
  expect(body).toMatchObject({
    type: "urn:scoreline:problem:validation_failed",
    title: "The record breaks its contract",
    status: 422,
    code: "validation_failed",
  });
  expect(body.errors.map(({ pointer }) => pointer)).toEqual(badPointers);
  expect(body.errors.every(({ check, detail }) => check !== "" && detail !== "")).toBe(true);
  expect(producer.records("credit_applications")).toEqual([]);
});

test("a refused application reaches the dead letters as it came, with every failure", async () => {
  const { post, producer } = ingest();
  const sent = JSON.stringify(bad, null, 1);
  await post(sent);
  const [letter] = producer.records("dead_letters");
  expect(letter?.key).toBe("7");
  expect(new TextDecoder().decode(letter?.value)).toBe(sent);
  const headers = letter?.headers as Record<string, string>;
  expect(headers).toMatchObject({
    "dead-letter-id": "id-1",
    "dead-letter-attempt": "1",
    "error-stage": "ingest",
    "source-topic": "credit_applications",
    "first-failed-at": "2026-01-31T10:00:00.000Z",
  });
  const failures = JSON.parse(String(headers["error-failures"])) as { pointer: string }[];
  expect(failures.map(({ pointer }) => pointer)).toEqual(badPointers);
});

test("dead letters that do not get through hold an answer up for their bounded wait only", async () => {
  const stuck = {
    fault: ({ topic }: { topic: string }) => (topic === "dead_letters" ? new Promise<never>(() => {}) : undefined),
  };
  const { post } = ingest(stuck, { deadLetterWaitMsMax: 20 });
  const startMs = performance.now();
  expect((await post(bad)).status).toBe(422);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

test("an id beyond 2^53-1 is refused as a number and taken as a string", async () => {
  const { post, producer } = ingest();
  const asNumber = JSON.stringify(application()).replace('"A-1"', "9007199254740993");
  const refused = await post(asNumber);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("send a string");
  expect((await post(application({ application_id: "9007199254740993" }))).status).toBe(202);
  expect(producer.records("credit_applications")).toHaveLength(1);
});

test("broken JSON is 400 with the place, and is no dead letter", async () => {
  const { post, producer } = ingest();
  const response = await post('{\n  "application_id": 1,\n}');
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "invalid_json",
    detail: "The text stops being JSON at line 3, column 1.",
  });
  expect(producer.records("dead_letters")).toEqual([]);
});

test("bytes that are not UTF-8 are 400", async () => {
  const { app } = ingest();
  const headers = { authorization: "Bearer unit-test-key-0123456789", "content-type": "application/json" };
  const body = new Uint8Array([0x22, 0xff, 0x22]);
  expect((await app.request("/v1/applications", { method: "POST", headers, body })).status).toBe(400);
});

test("a body beyond its bound is 413, with a length or without", async () => {
  const { post } = ingest({}, { limits: { bodyBytesMax: 2_000, recordBytesMax: 1_000 } });
  const large = JSON.stringify([application({ device_id: "x".repeat(2_000) })]);
  expect((await post(large, { "content-length": String(large.length) })).status).toBe(413);
  expect((await post(new Blob([large]).stream())).status).toBe(413);
  expect((await post(application({ device_id: "x".repeat(1_000) }))).status).toBe(413);
});

test.each([
  ["text/plain", {}],
  ["application/json; charset=utf-16", {}],
  ["application/json", { "content-encoding": "gzip" }],
])("%s %o is 415 and names what is taken", async (contentType, headers) => {
  const { post } = ingest();
  const response = await post(application(), { "content-type": contentType, ...headers });
  expect(response.status).toBe(415);
  expect(response.headers.get("accept-post")).toBe("application/json, application/x-ndjson");
});

test("a batch that is accepted whole is 202, with a receipt for each item in order", async () => {
  const { post } = ingest({ partitions: 1 });
  const response = await post([application(), application({ application_id: "A-2" })]);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({
    results: ["A-1", "A-2"].map((application_id, index) => ({
      index,
      status: 202,
      application_id,
      topic: "credit_applications",
      partition: 0,
      offset: index,
    })),
  });
});

test("a mixed batch is 207, and each item has its own result", async () => {
  const { post, producer } = ingest({ fault: ({ key }) => (key === "busy" ? new ProducerBusy() : undefined) });
  const response = await post([application(), bad, application({ user_id: "busy" }), 5]);
  expect(response.status).toBe(207);
  const { results } = (await response.json()) as { results: { index: number; status: number; code?: string }[] };
  expect(results.map(({ index, status, code }) => [index, status, code])).toEqual([
    [0, 202, undefined],
    [1, 422, "validation_failed"],
    [2, 503, "stream_unavailable"],
    [3, 422, "validation_failed"],
  ]);
  expect(producer.records("credit_applications")).toHaveLength(1);
});

test("a batch with more items than its bound is refused whole", async () => {
  const { post, producer } = ingest({}, { limits: { itemsMax: 2 } });
  const response = await post([application(), application(), application()]);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "too_many_items" });
  expect(producer.records("credit_applications")).toEqual([]);
});

test("every line of a stream has a result with its number, in order, and blank lines have none", async () => {
  const { postLines } = ingest({ partitions: 1 }, { limits: { recordBytesMax: 500 } });
  const good = JSON.stringify(application());
  const lines = [good, "", JSON.stringify(bad), '{"a":', `"${"x".repeat(600)}"`, `${good}\r`];
  const response = await postLines(lines.join("\n"));
  expect(response.status).toBe(207);
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const results = await linesOf(response);
  expect(results.map(({ line, status, code }) => [line, status, code])).toEqual([
    [1, 202, undefined],
    [3, 422, "validation_failed"],
    [4, 400, "invalid_json"],
    [5, 413, "body_too_large"],
    [6, 202, undefined],
  ]);
});

test("a line's result comes while the stream is still open", async () => {
  const { postLines } = ingest();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const line = new TextEncoder().encode(`${JSON.stringify(application())}\n`);
  void writer.write(line);
  const response = await postLines(readable);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('"line":1,"status":202');
  void writer.write(line);
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('"line":2,"status":202');
  await writer.close();
  expect((await reader.read()).done).toBe(true);
});

test("no more lines are on their way at once than the bound", async () => {
  let inFlight = 0;
  let most = 0;
  const fault = async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise(setImmediate);
    inFlight -= 1;
    return undefined;
  };
  const { postLines } = ingest({ fault }, { limits: { linesInFlightMax: 4 } });
  const results = await linesOf(await postLines(`${JSON.stringify(application())}\n`.repeat(50)));
  expect(results).toHaveLength(50);
  expect(most).toBe(4);
});
