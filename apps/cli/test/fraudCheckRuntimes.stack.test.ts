import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";
import {
  denoEnvironment,
  pidOf,
  repositoryRoot,
  type StackEvent,
  startService,
  stopService,
  tools,
} from "@scoreline/stack";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { application, runtimes, startFraudCheck, type Worker } from "./support/fraudCheck.ts";
import { temporaryHome } from "./support/homes.ts";
import { freePort } from "./support/ports.ts";

const home = temporaryHome("fraud-check-runtimes");
const workers: Worker[] = [];

beforeAll(async () => {
  const addresses = await Promise.all(runtimes.map(async () => `http://127.0.0.1:${await freePort()}`));
  const start = (url: string, n: number) => startFraudCheck(home, inject("env"), runtimes[n] as "node", url);
  workers.push(...(await Promise.all(addresses.map(start))));
});

afterAll(async () => {
  for (const runtime of runtimes) await stopService(home, `fraud-check-${runtime}`);
  rmSync(home.dir, { recursive: true, force: true });
});

type Case = { name: string; status: number; path?: string; headers?: Record<string, string>; init?: RequestInit };

const path = "/v1/fraud-check";
const post = (body: unknown): RequestInit => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const good = application("refused");
const { application_id: _id, ...anonymous } = good;

const cases: Case[] = [
  { name: "no key", status: 401, headers: { authorization: "" }, init: post(good) },
  { name: "another key", status: 401, headers: { authorization: "Bearer wrong-key-0123456789" }, init: post(good) },
  { name: "broken JSON", status: 400, init: post('{"application_id": 1,\n}') },
  { name: "a body too large", status: 413, init: post({ ...good, device_id: "x".repeat(70_000) }) },
  { name: "another content type", status: 415, headers: { "content-type": "text/csv" }, init: post(good) },
  { name: "every failing field", status: 422, init: post({ ...anonymous, credit_score: 900, extra: true }) },
  { name: "a list", status: 422, init: post([good]) },
  { name: "an unknown address", status: 404, path: "/v1/nothing" },
  { name: "a wrong method", status: 405, init: { method: "PUT", body: "{}" } },
  { name: "a decision that there is not", status: 404, path: "/v1/decisions/nobody" },
  { name: "an id that is none", status: 422, path: "/v1/decisions/a%20b" },
  { name: "a decision without a key", status: 401, path: "/v1/decisions/nobody", headers: { authorization: "" } },
  { name: "no decision in time", status: 503, init: post(application("pending-for-ever")) },
  { name: "the livez probe", status: 200, path: "/livez" },
  { name: "the readyz probe", status: 200, path: "/readyz" },
];

const toldHeaders = ["content-type", "www-authenticate", "retry-after", "allow", "accept-post"];

async function answerOf({ url }: Worker, one: Case) {
  const headers = {
    authorization: `Bearer ${inject("env").SCORELINE_API_KEY}`,
    "content-type": "application/json",
    ...one.headers,
  };
  const response = await fetch(`${url}${one.path ?? path}`, { ...one.init, headers });
  const told = toldHeaders.map((name) => `${name}: ${response.headers.get(name)}`);
  return { status: response.status, told, body: await response.text() };
}

describe("both runtimes give the same answer to", () => {
  test.each(cases)("$name: $status", async (one) => {
    const [onNode, onDeno] = await Promise.all(workers.map((worker) => answerOf(worker, one)));
    expect(onNode?.status).toBe(one.status);
    expect(onDeno).toEqual(onNode);
  });
});

test.each(runtimes)("on %s SIGTERM finishes the open request, and the process ends by itself", async (runtime) => {
  const worker = workers[runtimes.indexOf(runtime)] as Worker;
  const open = worker.check(application(`${runtime}-open`));
  await expect.poll(async () => (await fetch(`${worker.url}/metrics`)).text()).toMatch(/in_flight\{[^}]*\} 1/);
  const events: StackEvent[] = [];
  await stopService(home, worker.service.name, (event) => events.push(event));
  expect((await open).body.code).toBe("decision_pending");
  expect(events).toContainEqual(expect.objectContaining({ type: "stopped", killed: false }));
  expect(pidOf(home, worker.service.name)).toBeUndefined();
  await startService(home, worker.service);
});

test("what Deno runs passes Deno's type check, with what the set-up has cached", async () => {
  const { deno, denoDir } = tools();
  const args = ["check", "--quiet", "--config=apps/fraud-check/deno.json", "--frozen", "--cached-only"];
  const options = { cwd: repositoryRoot, env: denoEnvironment(denoDir) };
  await promisify(execFile)(deno, [...args, "apps/fraud-check/src/main.deno.ts"], options);
});
