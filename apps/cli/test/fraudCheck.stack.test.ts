import { rmSync } from "node:fs";
import { join } from "node:path";
import { policyLeaseMs, reasons } from "@scoreline/contracts";
import { down, pidOf, repositoryRoot, type StackEnv, startService, stopService, up } from "@scoreline/stack";
import { connectMongo, insertPolicy, storeTimeMs } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initialise } from "../src/init.ts";
import { readPolicyFile, versionOf } from "../src/policies/policyFile.ts";
import { appServices } from "../src/services.ts";
import { application, runtimes, startFraudCheck, type Worker } from "./support/fraudCheck.ts";
import { temporaryHome } from "./support/homes.ts";

const home = temporaryHome("fraud-check");
const policies = join(repositoryRoot, "packages/policy/policies");
const workers = {} as Record<(typeof runtimes)[number], Worker>;
let env: StackEnv;
let sql: Database;

const scorer = () => {
  const found = appServices(home, env).find(({ name }) => name === "scorer");
  if (!found) throw new Error("There is no scorer.");
  return found;
};

beforeAll(async () => {
  env = await up(home);
  await initialise(env, { policyFile: join(policies, "velocity.yaml") });
  sql = connectPostgres(env.CREDITDB_URL, { app: "test", connectionsMax: 2 });
  const started = await Promise.all([
    startFraudCheck(home, env, "node", env.FRAUD_CHECK_URL),
    // Nothing else answers there in this stack.
    startFraudCheck(home, env, "deno", env.INGEST_URL),
    startService(home, scorer()),
  ]);
  [workers.node, workers.deno] = started;
});

afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await down(home);
  rmSync(home.dir, { recursive: true, force: true });
});

describe.each(runtimes)("on %s", (runtime) => {
  const worker = () => workers[runtime];
  const id = (name: string) => `${runtime}-${name}`;

  test("an approval is answered with its risk, its policy, what the policy saw, and where it lies", async () => {
    const { status, body } = await worker().check(application(id("approval")));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      application_id: id("approval"),
      decision_id: expect.stringMatching(/^credit_applications\/\d\/\d+$/),
      status: "Approved",
      policy_status: "Approved",
      risk_level: "Low",
      is_fraud: false,
      reasons: [],
      policy_version: "consumer-loans@1",
      features: { applications_1h: 1, requested_24h: 5_000, largest_7d: 5_000, devices_24h: 0 },
    });
    const [row] =
      await sql`select partition, record_offset, t_ms from credit_scores where application_id = ${id("approval")}`;
    expect(body.decision_id).toBe(`credit_applications/${row?.partition}/${row?.record_offset}`);
    expect(Date.parse(body.received_at)).toBe(Number(row?.t_ms));
  });

  test("a decline is a 200 with its reason in a customer's words and what would change it", async () => {
    const { status, body } = await worker().check(application(id("decline"), { credit_score: 480 }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "Rejected", risk_level: "High", is_fraud: false });
    expect(body.reasons).toMatchObject([
      {
        code: "CREDIT_SCORE_TOO_LOW",
        wording: reasons.CREDIT_SCORE_TOO_LOW.wording,
        tests: [{ counterfactual: { kind: "single", changes: [{ input: "credit_score", from: 480, to: 500 }] } }],
      },
    ]);
  });

  test("a fraud is told as one, without a word of why", async () => {
    const { status, body } = await worker().check(application(id("fraud"), { credit_score: 400, loan_amount: 20_000 }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "Rejected", is_fraud: true, reasons: [] });
    expect(JSON.stringify(body)).not.toMatch(/risky|SUSPECTED|burst|many-devices/i);
  });

  test("a case for a person is Under Review with its reason", async () => {
    const { body } = await worker().check(application(id("review"), { loan_amount: 20_000 }));
    expect(body).toMatchObject({ status: "Under Review", reasons: [{ code: "MANUAL_REVIEW_REQUIRED" }] });
  });

  test("a repeat gets the original answer, at this worker and at the other, and is not scored again", async () => {
    const once = application(id("repeat"));
    const first = await worker().check(once);
    const again = { ...once, loan_amount: "5000.00", timestamp: 1_769_851_800 };
    for (const other of Object.values(workers)) {
      expect(await other.check(again)).toEqual(first);
      expect((await other.decisionOn(id("repeat"))).body).toEqual(first.body);
    }
    expect(await duplicatesOf(id("repeat"))).toBe(0);
  });

  test("other content under the same id is 409, and the decision stays", async () => {
    const first = await worker().check(application(id("reused")));
    const other = await worker().check(application(id("reused"), { loan_amount: 5_000.01 }));
    expect([other.status, other.body.code]).toEqual([409, "application_id_reused"]);
    expect((await worker().decisionOn(id("reused"))).body).toEqual(first.body);
  });

  test("one application sent many times at once is decided once, and every answer is that decision", async () => {
    const sent = application(id("at-once"));
    const answers = await Promise.all(Array.from({ length: 8 }, () => worker().check(sent)));
    expect(answers).toEqual(Array(8).fill({ ...answers[0], status: 200 }));
  });

  test("six requests of one user at once see each other", async () => {
    const sent = Array.from({ length: 6 }, (_, n) => application(id(`burst-${n}`), { user_id: id("burst") }));
    const answers = await Promise.all(sent.map((one) => worker().check(one)));
    const seen = answers.map(({ body }) => body.features.applications_1h).toSorted();
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    const beyond = answers.filter(({ body }) => Number(body.features.applications_1h) > 3);
    for (const { body } of beyond) {
      expect(body).toMatchObject({ status: "Under Review", reasons: [{ code: "TOO_MANY_APPLICATIONS", tests: [] }] });
    }
  });

  test("cut off from Postgres again and again it lives, and answers everything once it is left alone", async () => {
    const app = "scoreline-fraud-check%";
    let cutting = true;
    const cut = (async () => {
      while (cutting) {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like ${app}`;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    const statuses = new Set<number>();
    for (let round = 0; round < 15; round += 1) {
      const sent = Array.from({ length: 10 }, (_, n) => application(id(`cut-${round}-${n}`)));
      for (const { status } of await Promise.all(sent.map((one) => worker().check(one)))) statuses.add(status);
    }
    cutting = false;
    await cut;
    expect([200, 503]).toEqual(expect.arrayContaining([...statuses]));
    await expect.poll(async () => (await worker().decisionOn(id("cut-0-0"))).status, { timeout: 30_000 }).not.toBe(503);
    const rest = Array.from({ length: 20 }, (_, n) => application(id(`cut-rest-${n}`)));
    const answers = await Promise.all(rest.map((one) => worker().check(one)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

test("requests of one user at both workers at once see each other", async () => {
  const sent = Array.from({ length: 6 }, (_, n) => application(`both-${n}`, { user_id: "both" }));
  const answers = await Promise.all(sent.map((one, n) => (n % 2 ? workers.node : workers.deno).check(one)));
  expect(answers.map(({ body }) => body.features.applications_1h).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a policy that is published while they run decides from its instant on, at both, and no request is lost over it", async () => {
  const effectiveFromMs = await publish("default.yaml");
  const answers = [];
  for (let n = 0; Date.now() < effectiveFromMs + 3_000; n += 1) {
    const worker = n % 2 ? workers.node : workers.deno;
    answers.push(await worker.check(application(`change-${n}`)));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const decided = answers.map(({ body }) => [body.policy_version, Object.keys(body.features).length]);
  expect(decided).toEqual(
    answers.map(({ body }) =>
      Date.parse(body.received_at) < effectiveFromMs ? ["consumer-loans@1", 4] : ["consumer-loans@2", 0],
    ),
  );
  expect(new Set(answers.map(({ body }) => body.policy_version)).size).toBe(2);
});

test("with the scorer stopped it is 503 with a time to retry, and the retry reads the decision that was made since", async () => {
  await stopService(home, "scorer");
  const sent = runtimes.map((runtime) => application(`${runtime}-pending`));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const late = await Promise.all(runtimes.map((runtime, n) => workers[runtime].check(sent[n] as never)));
    for (const { status, retryAfter, body } of late) {
      expect([status, body.code]).toEqual([503, "decision_pending"]);
      expect(retryAfter).toBeGreaterThan(0);
    }
  }
  await startService(home, scorer());
  for (const [n, runtime] of runtimes.entries()) {
    const worker = workers[runtime];
    const read = () => worker.decisionOn(`${runtime}-pending`);
    await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe(200);
    expect(await worker.check(sent[n] as never)).toEqual(await read());
    expect(await duplicatesOf(`${runtime}-pending`)).toBe(0);
  }
});

test.each([
  ["postgres", "store_unavailable"],
  ["kafka", "stream_unavailable"],
])(
  "with %s killed it is 503 with a time to retry and names it as missing, and serves again when it is back",
  async (server, code) => {
    process.kill(pidOf(home, server) as number, "SIGKILL");
    for (const [runtime, worker] of Object.entries(workers)) {
      const { status, retryAfter, body } = await worker.check(application(`${runtime}-without-${server}`));
      expect([status, [code, "decision_pending"]]).toEqual([503, expect.arrayContaining([body.code])]);
      expect(retryAfter).toBeGreaterThan(0);
      expect(await (await fetch(`${worker.url}/readyz`)).json()).toMatchObject({
        waiting_for: expect.arrayContaining([server]),
      });
    }
    await up(home);
    for (const [runtime, worker] of Object.entries(workers)) {
      const again = () => worker.check(application(`${runtime}-without-${server}`));
      await expect.poll(async () => (await again()).status, { timeout: 90_000, interval: 500 }).toBe(200);
    }
  },
);

/** How often an application_id came in again and was scored as a duplicate. */
async function duplicatesOf(applicationId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from data_quality_issues
    where failed_record_id = ${applicationId} and check_type = 'duplicate_application_id'`;
  return row?.count ?? 0;
}

/** Publishes a shipped policy as the second version, as early as no scorer's lease reaches; gives when it takes effect. */
async function publish(file: string): Promise<number> {
  const { client, db } = connectMongo(env.MONGO_URL, { app: "test" });
  try {
    const publishedAtMs = await storeTimeMs(db);
    const effectiveFromMs = publishedAtMs + policyLeaseMs + 1_000;
    const version = versionOf(readPolicyFile(join(policies, file)), 2);
    await insertPolicy(
      db,
      { ...version, effectiveFromMs, publishedAtMs, publishedBy: "test", note: "" },
      { leadMsMin: policyLeaseMs },
    );
    return effectiveFromMs;
  } finally {
    await client.close();
  }
}
