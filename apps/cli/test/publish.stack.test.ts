import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { policyLeadMsMin } from "@scoreline/contracts";
import { insertPolicy, readPolicies, type StoredPolicy, storeTimeMs } from "@scoreline/stores/mongo";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Connections } from "../src/connections.ts";
import { defaultPolicyFile, ensureFirstPolicy } from "../src/policies/firstPolicy.ts";
import { compareEngines, compileBoth } from "../src/policies/golden.ts";
import { readPolicyFile, versionOf } from "../src/policies/policyFile.ts";
import { publishAudited } from "../src/policies/publication.ts";
import { publishPolicy } from "../src/policies/publish.ts";
import { newDatabases } from "./support/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "scoreline-publish-"));
afterAll(() => rmSync(folder, { recursive: true }));

const velocityFile = join(dirname(defaultPolicyFile), "velocity.yaml");

/** The default policy with another threshold, in a file. */
function candidate(score: number): string {
  const file = join(folder, `score-${score}.yaml`);
  writeFileSync(
    file,
    readFileSync(defaultPolicyFile, "utf8").replace("credit_score >= 600", `credit_score >= ${score}`),
  );
  return file;
}

let connections: Connections;
beforeEach(async () => {
  connections = await newDatabases();
});
const begin = () => ensureFirstPolicy(connections.db, connections.sql, undefined);
const versions = async () => (await readPolicies(connections.db)).versions;
const audits = async () => [
  ...(await connections.sql`select actor, action, subject from audit_log where actor <> 'scoreline init' order by audit_id`),
];

describe("publishing a policy", () => {
  test("makes it the next version, with a lead by the store's clock, once both engines agree on it", async () => {
    await begin();
    const beforeMs = await storeTimeMs(connections.db);
    const { version, goldenDecisions } = await publishPolicy(connections, {
      file: velocityFile,
      by: "ada",
      note: "Velocity",
    });
    expect(goldenDecisions).toBeGreaterThan(1_000);
    expect(version).toMatchObject({ version: "consumer-loans@2", number: 2, publishedBy: "ada", note: "Velocity" });
    expect(version.effectiveFromMs).toBeGreaterThanOrEqual(beforeMs + policyLeadMsMin);
    expect(version.publishedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect((await versions()).at(-1)).toEqual(version);
    expect(await audits()).toEqual([{ actor: "ada", action: "policy.publish", subject: "consumer-loans@2" }]);
  });

  test("by several people at once gives each a number and an instant of its own", async () => {
    await begin();
    const scores = [610, 620, 630, 640];
    const published = await Promise.all(
      scores.map((score) => publishPolicy(connections, { file: candidate(score), by: "ada" })),
    );
    const numbers = published.map(({ version }) => version.number).toSorted((a, b) => a - b);
    expect(new Set(numbers).size).toBe(4);
    const stored = await versions();
    expect(stored.map(({ yaml }) => yaml).toSorted()).toEqual(
      [defaultPolicyFile, ...scores.map(candidate)].map((file) => readFileSync(file, "utf8")).toSorted(),
    );
    expect(new Set(stored.map(({ effectiveFromMs }) => effectiveFromMs)).size).toBe(5);
  });

  test("can wait for a day that is named", async () => {
    await begin();
    const effectiveFromMs = Date.parse("2099-01-01T00:00:00Z");
    expect(
      (await publishPolicy(connections, { file: velocityFile, by: "ada", effectiveFromMs })).version,
    ).toMatchObject({
      effectiveFromMs,
    });
    const second = publishPolicy(connections, { file: candidate(610), by: "ada", effectiveFromMs });
    await expect(second).rejects.toThrow(/effective_from\/4070908800000 belongs to consumer-loans@2/);
    expect((await versions()).map(({ version }) => version)).toEqual(["consumer-loans@1", "consumer-loans@2"]);
  });
});

describe("nothing is published", () => {
  test("while there is no first version", async () => {
    await expect(publishPolicy(connections, { file: velocityFile, by: "ada" })).rejects.toThrow(
      /No policy is published yet: run scoreline init --policy .*velocity.yaml/,
    );
    expect(await versions()).toEqual([]);
  });

  test("of a document with a problem, and each is told with its place", async () => {
    await begin();
    const file = join(folder, "problem.yaml");
    writeFileSync(file, readFileSync(defaultPolicyFile, "utf8").replace("credit_score >= 600", "credit_scor >= 600"));
    await expect(publishPolicy(connections, { file, by: "ada" })).rejects.toThrow(
      /problem\.yaml:\d+:\d+ .*instant.*credit_scor/,
    );
    expect(await versions()).toHaveLength(1);
  });

  test("that is the newest version already; an older one may come back", async () => {
    await begin();
    await expect(publishPolicy(connections, { file: defaultPolicyFile, by: "ada" })).rejects.toThrow(
      /is consumer-loans@1 already, byte for byte/,
    );
    await publishPolicy(connections, { file: velocityFile, by: "ada" });
    expect((await publishPolicy(connections, { file: defaultPolicyFile, by: "ada" })).version.number).toBe(3);
  });

  test("with less than the lead", async () => {
    await begin();
    const effectiveFromMs = (await storeTimeMs(connections.db)) + policyLeadMsMin - 1;
    await expect(publishPolicy(connections, { file: velocityFile, by: "ada", effectiveFromMs })).rejects.toThrow(
      /too early to take effect: the earliest is/,
    );
    expect(await versions()).toHaveLength(1);
    expect(await audits()).toEqual([]);
  });

  test("that the engines decide differently, and what they differ in is told", async () => {
    await begin();
    const other = compileBoth(readPolicyFile(candidate(601)).policy);
    const compare: typeof compareEngines = (sql, policy) => compareEngines(sql, policy, other);
    await expect(publishPolicy(connections, { file: candidate(602), by: "ada" }, compare)).rejects.toThrow(
      /The engines disagree on \d+ of \d+ golden decisions.*\n.*policy_status/,
    );
    expect(await versions()).toHaveLength(1);
  });
});

describe("a publication whose acknowledgement fails", () => {
  const publish = async (
    publishedAtMs: number,
    insert: (policy: StoredPolicy) => Parameters<typeof publishAudited>[1]["insert"],
  ) => {
    const times = { publishedAtMs, effectiveFromMs: publishedAtMs + policyLeadMsMin };
    const policy = { ...versionOf(readPolicyFile(velocityFile), 2), ...times, publishedBy: "ada", note: "" };
    const act = {
      actor: "ada",
      action: "policy.publish",
      voidAction: "policy.void",
      subject: policy.version,
      details: {},
    } as const;
    await publishAudited(connections, { ...act, publication: policy, insert: insert(policy) });
  };

  test("in time is void, and the audit log says so", async () => {
    await begin();
    const lateMs = (await storeTimeMs(connections.db)) - 10_001;
    const late = publish(lateMs, (policy) => (options) => insertPolicy(connections.db, policy, options));
    await expect(late).rejects.toThrow(/consumer-loans@2 was not published, and is void/);
    expect(await versions()).toHaveLength(1);
    expect((await audits()).map(({ action }) => action)).toEqual(["policy.publish", "policy.void"]);
  });

  test("on the way back is published all the same", async () => {
    await begin();
    await publish(await storeTimeMs(connections.db), (policy) => async (options) => {
      await insertPolicy(connections.db, policy, options);
      throw new Error("the connection was lost");
    });
    expect((await versions()).map(({ version }) => version)).toEqual(["consumer-loans@1", "consumer-loans@2"]);
    expect((await audits()).map(({ action }) => action)).toEqual(["policy.publish"]);
  });

  test("because it cannot be recorded is void", async () => {
    await begin();
    await connections.sql`alter table audit_log rename to elsewhere`;
    const unrecorded = publishPolicy(connections, { file: velocityFile, by: "ada" });
    await expect(unrecorded).rejects.toThrow(/audit_log/);
    expect(await versions()).toHaveLength(1);
  });
});
