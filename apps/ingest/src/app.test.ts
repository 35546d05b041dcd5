import { createApiKeys } from "@scoreline/http";
import { DeliveryFailed } from "@scoreline/kafka";
import { expect, test } from "vitest";
import { apiKey, application, ingest, sha256, transaction } from "../test/support.ts";
import { outcomes } from "./intake.ts";

test("without a known key nothing is appended and the answer says how to send one", async () => {
  const { post, producer } = ingest();
  for (const authorization of ["", "Bearer wrong-key-0123456789", `Basic ${apiKey}`, apiKey, `Bearer ${apiKey}x`]) {
    const response = await post(application(), { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="scoreline"');
    expect(await response.json()).toMatchObject({ code: "unauthorized", status: 401 });
  }
  expect(producer.records("credit_applications")).toEqual([]);
});

test("each of several keys opens the door, whatever the case of the scheme's name", async () => {
  const { post } = ingest();
  for (const authorization of [`Bearer ${apiKey}`, "bearer another-key-0123456789"]) {
    expect((await post(application(), { authorization })).status).toBe(202);
  }
});

test("an unknown address is 404 and a wrong method is 405 with the right ones", async () => {
  const { app } = ingest();
  const unknown = await app.request("/v2/applications");
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
  const wrong = await app.request("/v1/applications", { method: "DELETE" });
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get("allow")).toBe("POST");
  expect((await app.request("/readyz", { method: "POST" })).headers.get("allow")).toBe("GET, HEAD");
});

test("ready follows the broker, alive does not", async () => {
  let away = true;
  const { app } = ingest({ notReady: () => (away ? new Error("away") : undefined) });
  const unready = await app.request("/readyz");
  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({ status: "unready", waiting_for: ["kafka"] });
  expect((await app.request("/livez")).status).toBe(200);
  away = false;
  expect((await app.request("/readyz")).status).toBe(200);
});

test("metrics carry route patterns, never paths, and a bounded method", async () => {
  const { app, post } = ingest();
  await post(application());
  await app.request("/secret/customer-4711");
  await app.request("/v1/applications", { method: "BREW" });
  const text = await (await app.request("/metrics")).text();
  expect(text).toContain('method="POST",route="/v1/applications",status="202"');
  expect(text).toContain('method="GET",route="unmatched",status="404"');
  expect(text).toContain('method="other",route="/v1/applications",status="405"');
  expect(text).not.toContain("customer-4711");
  expect(text).toContain('scoreline_ingest_applications_total{outcome="accepted",app="ingest"} 1');
});

test("applications and transactions are counted apart, and each address has the same door", async () => {
  const { app, post, postTo } = ingest();
  await post(application());
  await postTo("/v1/transactions", transaction());
  await postTo("/v1/transactions", application());
  expect((await postTo("/v1/transactions", transaction(), { authorization: "" })).status).toBe(401);
  const text = await (await app.request("/metrics")).text();
  expect(text).toContain('scoreline_ingest_applications_total{outcome="accepted",app="ingest"} 1');
  for (const outcome of ["accepted", "validation_failed", "unauthorized"]) {
    expect(text).toContain(`scoreline_ingest_transactions_total{outcome="${outcome}",app="ingest"} 1`);
  }
  const wrong = await app.request("/v1/transactions");
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
});

test("a failure on our side says nothing of its cause", async () => {
  const { post } = ingest({ fault: () => new Error("secret inner words") });
  const response = await post(application());
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
});

test("a broker that does not acknowledge is 503 with a time to retry, and a retry with the same id is taken", async () => {
  let away = true;
  const failure = new DeliveryFailed("inner words", { retryable: true });
  const { post, producer } = ingest({ fault: () => (away ? failure : undefined) });
  const refused = await post(application());
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: "stream_unavailable" });
  away = false;
  expect((await post(application())).status).toBe(202);
  expect(producer.records("credit_applications")).toHaveLength(1);
});

test("a key is refused from its end on, and the answer says so to who holds it", async () => {
  let nowMs = Date.UTC(2026, 0, 31, 10);
  const apiKeys = createApiKeys([{ key: apiKey, endMs: nowMs + 1 }], sha256, () => nowMs);
  const { post, app } = ingest({}, { apiKeys });
  expect((await post(application())).status).toBe(202);
  nowMs += 1;
  const refused = await post(application());
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: "unauthorized", detail: "The API key has expired." });
  const text = await (await app.request("/metrics")).text();
  expect(text).toContain('scoreline_ingest_applications_total{outcome="unauthorized",app="ingest"} 1');
});

/** 8 outcomes of two topics, the checks, the dead letters, and 5 routes with two errors and a histogram of 16 series each. */
const seriesMax = 2 * 8 + 100 + 1 + 5 * (2 + 16);

test("every series that can be known is there from the start with 0, and they are few", async () => {
  const { app } = ingest();
  const text = await (await app.request("/metrics")).text();
  for (const metric of ["applications", "transactions"]) {
    for (const outcome of outcomes) {
      expect(text).toContain(`scoreline_ingest_${metric}_total{outcome="${outcome}",app="ingest"} 0`);
    }
  }
  expect(text).toContain('scoreline_dead_letters_total{stage="ingest",app="ingest"} 0');
  const series = text.split("\n").filter((line) => /^[a-z]/.test(line));
  expect(series.filter((line) => !line.endsWith(" 0"))).toEqual([]);
  expect(series.length).toBeLessThanOrEqual(seriesMax);
});
