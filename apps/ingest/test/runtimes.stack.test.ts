import { topics } from "@scoreline/contracts";
import { ensureTopics } from "@scoreline/kafka/librdkafka";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiKey, endWorker, runtimes, startWorker, untilReady, type Worker } from "./processes.ts";

const good = {
  application_id: "runtime-1",
  user_id: 42,
  credit_score: 700,
  loan_amount: 1250.5,
  timestamp: "2026-01-31T09:30:00Z",
};
const goodTransaction = {
  transaction_id: "0B3A1F6E-5A2D-4C8B-9E7F-1A2B3C4D5E6F",
  user_id: 42,
  amount: 12.5,
  timestamp: 1_767_225_600.25,
  location: "Denver, CO",
  merchant: "Books & Co",
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
};
const badTransaction = { ...goodTransaction, transaction_id: 7, credit_score: "700", is_fraud: 1, merchant: "", x: 1 };
const bad = { application_id: "a b", user_id: null, credit_score: 900, loan_amount: 1.999, extra: true };
const keyed = { authorization: `Bearer ${apiKey}` };
const json = { ...keyed, "content-type": "application/json" };
const oneMegabyteAndMore = JSON.stringify([{ ...good, device_id: "x".repeat(1_100_000) }]);

type Case = { name: string; status: number; path?: string; init: () => RequestInit };

const post =
  (body: unknown, headers: Record<string, string> = json) =>
  () => ({
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const cases: Case[] = [
  { name: "one good application", status: 202, init: post(good) },
  { name: "one with all its errors", status: 422, init: post(bad) },
  { name: "a batch of good ones", status: 202, init: post([good, good]) },
  { name: "a mixed batch", status: 207, init: post([good, bad, 5]) },
  {
    name: "a stream of lines",
    status: 207,
    init: post([JSON.stringify(good), "", JSON.stringify(bad), '{"a":', JSON.stringify(good)].join("\n"), {
      ...keyed,
      "content-type": "application/x-ndjson",
    }),
  },
  { name: "one good transaction", path: "/v1/transactions", status: 202, init: post(goodTransaction) },
  { name: "a transaction with all its errors", path: "/v1/transactions", status: 422, init: post(badTransaction) },
  {
    name: "a mixed batch of transactions",
    path: "/v1/transactions",
    status: 207,
    init: post([goodTransaction, badTransaction, good]),
  },
  {
    name: "a stream of transactions",
    path: "/v1/transactions",
    status: 207,
    init: post([goodTransaction, badTransaction].map((line) => JSON.stringify(line)).join("\n"), {
      ...keyed,
      "content-type": "application/x-ndjson",
    }),
  },
  { name: "no key", status: 401, init: post(good, { "content-type": "application/json" }) },
  { name: "a body too large", status: 413, init: post(oneMegabyteAndMore) },
  {
    name: "a body too large, without its length",
    status: 413,
    init: () => ({ method: "POST", headers: json, body: new Blob([oneMegabyteAndMore]).stream(), duplex: "half" }),
  },
  { name: "broken JSON", status: 400, init: post('{"application_id": 1,\n}') },
  { name: "another content type", status: 415, init: post(good, { ...keyed, "content-type": "text/csv" }) },
  { name: "an unknown address", status: 404, path: "/v1/nothing", init: () => ({}) },
  { name: "a wrong method", status: 405, init: () => ({ method: "PUT", headers: json, body: "{}" }) },
  { name: "the livez probe", status: 200, path: "/livez", init: () => ({}) },
  { name: "the readyz probe", status: 200, path: "/readyz", init: () => ({}) },
];

const toldHeaders = ["content-type", "www-authenticate", "retry-after", "allow", "accept-post"];

async function answerOf({ url }: Worker, { path = "/v1/applications", init }: Case) {
  const response = await fetch(`${url}${path}`, init());
  const headers = toldHeaders.map((name) => `${name}: ${response.headers.get(name)}`);
  const body = (await response.text()).replaceAll(/"offset":\d+/g, '"offset":0');
  return { status: response.status, headers, body };
}

/** What a worker's `/metrics` says of a series, whose labels but the app's are `labels`. */
async function figureOf({ url }: Worker, name: string, labels = ""): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name}{${labels}app="ingest"} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

const kafkaUp = (worker: Worker) => figureOf(worker, "scoreline_dependency_up", 'dependency="kafka",');

/** Whether a new request is taken. */
function isServing({ url }: Worker): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}

const workers: Worker[] = [];

beforeAll(async () => {
  await ensureTopics({ brokers: inject("env").KAFKA_BROKERS, clientId: "ingest-tests" }, Object.values(topics));
  workers.push(...(await Promise.all(runtimes.map((runtime) => startWorker(runtime)))));
  await Promise.all(workers.map(untilReady));
});

afterAll(() => Promise.all(workers.map(endWorker)));

describe("both runtimes give the same answer to", () => {
  test.each(cases)("$name: $status", async (oneCase) => {
    const [onNode, onDeno] = await Promise.all(workers.map((worker) => answerOf(worker, oneCase)));
    expect(onNode?.status).toBe(oneCase.status);
    expect(onDeno).toEqual(onNode);
  });
});

test("both runtimes tell of their process under the same names, and that the broker answers", async () => {
  for (const worker of workers) {
    expect(await figureOf(worker, "process_resident_memory_bytes")).toBeGreaterThan(20_000_000);
    expect(await figureOf(worker, "nodejs_heap_size_used_bytes")).toBeGreaterThan(1_000_000);
    const startedS = (await figureOf(worker, "process_start_time_seconds")) ?? 0;
    expect(Math.abs(Date.now() / 1_000 - startedS)).toBeLessThan(600);
    await expect.poll(() => kafkaUp(worker), { timeout: 30_000 }).toBe(1);
  }
});

describe.each(runtimes)("on %s", (runtime) => {
  test("SIGTERM finishes the open request, and the process ends with 0", async () => {
    const worker = await startWorker(runtime);
    await untilReady(worker);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const line = new TextEncoder().encode(`${JSON.stringify(good)}\n`);
    void writer.write(line);
    const headers = { ...keyed, "content-type": "application/x-ndjson" };
    const init = { method: "POST", headers, body: readable, duplex: "half" } as RequestInit;
    const response = await fetch(`${worker.url}/v1/applications`, init);
    worker.process.kill("SIGTERM");
    await expect.poll(() => isServing(worker)).toBe(false);
    void writer.write(line);
    await writer.close();
    const results = (await response.text()).trimEnd().split("\n");
    expect(results.map((result) => (JSON.parse(result) as { status: number }).status)).toEqual([202, 202]);
    expect(await worker.exited).toBe(0);
  });

  test("without a broker it lives, is not ready, and refuses an application within its bound", async () => {
    const worker = await startWorker(runtime, { KAFKA_BROKERS: "127.0.0.1:1", INGEST_DELIVERY_MS_MAX: "1000" });
    expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(503);
    const startMs = performance.now();
    const response = await fetch(`${worker.url}/v1/applications`, post(good)());
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await expect.poll(() => kafkaUp(worker), { timeout: 30_000 }).toBe(0);
    worker.process.kill("SIGTERM");
    expect(await worker.exited).toBe(0);
  });
});
