import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { down } from "@scoreline/stack";
import { connectPostgres } from "@scoreline/stores/postgres";
import { expect, test } from "vitest";
import { settledCounts } from "../src/counts.ts";
import { sendRaw } from "./support/rawRecords.ts";
import { runtimes, type TracedStack, tracedStack } from "./support/tracedStack.ts";

let stack: TracedStack;
tracedStack("privacy", (started) => {
  stack = started;
});

/** In every text that a record or a request can hold; and in no word of ours. */
const marker = "Zqx";
/** Amounts that nothing else comes to. */
const amounts = [13_579.24, 9_753.86];
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** An application with a marker in each field; `over` breaks it, or does not. */
function application(id: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    application_id: `${marker}-${id}`,
    user_id: `${marker}-user-${id}`,
    credit_score: 700,
    loan_amount: amounts[0],
    timestamp: "2026-01-31T09:30:00Z",
    applicant: { name: `${marker} Doe`, age: 41, gender: `${marker}g`, region: `${marker}r` },
    device_id: `${marker}-device`,
    score: { model: `${marker}-model`, date: "2026-01-01", key_factors: [`${marker} factor`] },
    attributes: { [`${marker.toLowerCase()}_attribute`]: `${marker} attribute` },
    ...over,
  };
}

let transactions = 0;
function transaction(over: Record<string, unknown> = {}): Record<string, unknown> {
  transactions += 1;
  return {
    transaction_id: `00000000-0000-4000-a000-${String(transactions).padStart(12, "0")}`,
    user_id: `${marker}-user`,
    amount: amounts[1],
    timestamp: "2026-01-31T09:30:00Z",
    location: `${marker}ville`,
    merchant: `${marker} & Co`,
    card_type: "VISA",
    device_id: `${marker}-device`,
    credit_score: 700,
    ...over,
  };
}

/** What breaks a record of either kind, each in its way. */
const breaks: Record<string, unknown>[] = [
  { credit_score: `${marker}-score` },
  { timestamp: `${marker}-time` },
  { [`${marker}_unknown`]: `${marker}-value` },
  { device_id: `${marker}\u0000` },
  { user_id: `${marker} with blanks` },
  { loan_amount: `${marker}-amount`, amount: `${marker}-amount` },
];
/** Texts that are no record. */
const texts = [`{"name": "${marker}"`, `${marker} is no JSON`, `"${marker}"`, `[["${marker}"]]`];

/** The longest the stream may take to come to rest. */
const restMsMax = 60_000;

async function sendOverHttp(): Promise<void> {
  const headers = {
    authorization: `Bearer ${stack.env.SCORELINE_API_KEY}`,
    "content-type": "application/json",
    traceparent,
    tracestate: `vendor=${marker}`,
    baggage: `user=${marker}`,
  };
  for (const runtime of runtimes) {
    const { ingest, fraudCheck } = stack.workers[runtime];
    const send = (url: string, body: unknown) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return fetch(`${url}?user=${marker}`, { method: "POST", headers, body: text }).then((answer) => answer.text());
    };
    const applications = [application(`good-${runtime}`), ...breaks.map((over, n) => application(`bad-${n}`, over))];
    for (const body of [...applications, applications, ...texts]) {
      await send(`${ingest}/v1/applications`, body);
      await send(`${fraudCheck}/v1/fraud-check`, body);
    }
    const each = [transaction(), ...breaks.map(transaction)];
    for (const body of [...each, each, ...texts]) await send(`${ingest}/v1/transactions`, body);
    for (const path of [
      `/v1/decisions/${marker}-good-node`,
      `/v1/decisions/${marker} blank`,
      `/${marker}?a=${marker}`,
    ]) {
      await fetch(`${fraudCheck}${path}`, { headers });
    }
    await fetch(`${ingest}/v1/applications`, {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${marker}` },
    });
  }
}

async function sendToTopics(): Promise<void> {
  const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  const brokers = stack.env.KAFKA_BROKERS;
  const traced = [[Buffer.from("traceparent"), Buffer.from(traceparent)] as const];
  const named = [[Buffer.from(marker), Buffer.from(marker)] as const, ...traced];
  const applications = [
    application("topic"),
    application("topic"),
    application("refused", { device_id: `${marker}-refused` }),
    ...breaks.map((over, n) => application(`topic-${n}`, over)),
    ...texts,
  ];
  const records = applications.map((value) => ({
    key: Buffer.from(`${marker}-user`),
    value: bytes(value),
    headers: named,
    partition: 0,
  }));
  expect((await sendRaw(brokers, records)).every((offset) => typeof offset === "number")).toBe(true);
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  await producer.ready();
  const flagged = transaction({ amount: 49_753.86, location: `${marker}town` });
  for (const value of [transaction(), flagged, flagged, ...breaks.map(transaction), ...texts]) {
    const headers = { [marker]: marker, traceparent };
    await producer.send({ topic: topics.transactions.name, key: `${marker}-user`, value: bytes(value), headers });
  }
  await producer.close();
}

/** What the apps of the stack have said, and what they have sent to the collector. */
function told(): Record<string, string> {
  const folder = stack.home.logsDir;
  const logs = readdirSync(folder).filter((name) => /^(ingest|fraud-check|scorer|loader)/.test(name));
  const texts = logs.map((name) => [name, readFileSync(join(folder, name), "utf8")]);
  return { ...Object.fromEntries(texts), spans: stack.receiver.text() };
}

test("what records and requests hold is in no log line and in no span, whether they are good or bad", async () => {
  const sql = connectPostgres(stack.env.CREDITDB_URL, { app: "test" });
  // A row that Postgres refuses, and says why in words that quote it.
  await sql`alter table credit_scores add check (device_id <> ${sql.unsafe(`'${marker}-refused'`)})`;
  await sendOverHttp();
  await sendToTopics();
  const counts = await settledCounts(stack.env, restMsMax);
  expect(counts.scored).toBeGreaterThan(2);
  expect(counts.failedRecords).toBeGreaterThan(20);
  await sql.end();
  // What the apps say at their end is in the logs too.
  await down(stack.home);
  const texts = told();
  expect(Object.keys(texts).toSorted()).toEqual([
    "fraud-check-deno.log",
    "fraud-check.log",
    "ingest-deno.log",
    "ingest.log",
    "loader.log",
    "scorer.log",
    "spans",
  ]);
  for (const [name, text] of Object.entries(texts)) {
    expect(text.length, name).toBeGreaterThan(100);
    for (const secret of [marker, marker.toLowerCase(), ...amounts.map(String), stack.env.SCORELINE_API_KEY]) {
      const line = text.split("\n").find((each) => each.includes(secret));
      expect(line, `${name} holds ${secret}`).toBeUndefined();
    }
  }
  // The spans were there to be looked at.
  expect(stack.receiver.spans().filter(({ name }) => name.endsWith(" process")).length).toBeGreaterThan(20);
});
