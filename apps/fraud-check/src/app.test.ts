import { expect, test } from "vitest";
import { apiKey, application, fraudCheck, recorded } from "../test/support.ts";
import { outcomes } from "./routes/fraudCheck.ts";

test("without a known key nothing is appended and no decision is read", async () => {
  const { app, post, producer, store } = fraudCheck();
  store.decisions.set("A-1", recorded());
  for (const authorization of ["", "Bearer wrong-key-0123456789", `Basic ${apiKey}`, `Bearer ${apiKey}x`]) {
    const answers = [
      await post(application(), { authorization }),
      await app.request("/v1/decisions/A-1", { headers: { authorization } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="scoreline"');
      expect(await answer.json()).toMatchObject({ code: "unauthorized" });
    }
  }
  expect(producer.records("credit_applications")).toEqual([]);
  expect(store.reads).toBe(0);
});

test("an unknown address is 404, and a wrong method is 405 with the right ones", async () => {
  const { app } = fraudCheck();
  expect((await app.request("/v1/decisions")).status).toBe(404);
  const wrong = await app.request("/v1/fraud-check");
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  const read = await app.request("/v1/decisions/A-1", { method: "DELETE" });
  expect([read.status, read.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("ready follows the broker and the store, alive does neither", async () => {
  let brokerAway = true;
  const { app, store } = fraudCheck({}, { notReady: () => (brokerAway ? new Error("away") : undefined) });
  store.away = true;
  const unready = await app.request("/readyz");
  expect(unready.status).toBe(503);
  expect(await unready.json()).toEqual({ status: "unready", waiting_for: ["kafka", "postgres"] });
  expect((await app.request("/livez")).status).toBe(200);
  brokerAway = false;
  store.away = false;
  expect((await app.request("/readyz")).status).toBe(200);
});

test("metrics tell what requests came to, how long decisions took and how many wait, and name no application", async () => {
  const { app, ask, post, appended, score } = fraudCheck();
  const waiting = post(application({ application_id: "customer-4711" }));
  await appended(1);
  expect(await (await app.request("/metrics")).text()).toContain(
    'scoreline_fraud_check_in_flight{app="fraud-check"} 1',
  );
  score(0n);
  await waiting;
  await post(application({ application_id: "customer-4711" }));
  await post("{");
  await ask("/v1/decisions/customer-4711");
  const text = await (await app.request("/metrics")).text();
  for (const outcome of ["decided", "repeated", "invalid_json"]) {
    expect(text).toContain(`scoreline_fraud_check_answers_total{outcome="${outcome}",app="fraud-check"} 1`);
  }
  expect(text).toContain('scoreline_fraud_check_wait_seconds_count{app="fraud-check"} 1');
  expect(text).toContain('scoreline_fraud_check_in_flight{app="fraud-check"} 0');
  expect(text).toContain('route="/v1/decisions/:application_id",status="200"');
  expect(text).not.toContain("4711");
});

/** 11 outcomes, the wait and its gauge, the checks, the dead letters, and 5 routes with two errors and a histogram of 16 series each. */
const seriesMax = 11 + 14 + 1 + 100 + 1 + 5 * (2 + 16);

test("every series that can be known is there from the start with 0, and they are few", async () => {
  const { app } = fraudCheck();
  const text = await (await app.request("/metrics")).text();
  for (const outcome of outcomes) {
    expect(text).toContain(`scoreline_fraud_check_answers_total{outcome="${outcome}",app="fraud-check"} 0`);
  }
  expect(text).toContain('scoreline_dead_letters_total{stage="ingest",app="fraud-check"} 0');
  const series = text.split("\n").filter((line) => /^[a-z]/.test(line));
  expect(series.filter((line) => !line.endsWith(" 0"))).toEqual([]);
  expect(series.length).toBeLessThanOrEqual(seriesMax);
});
