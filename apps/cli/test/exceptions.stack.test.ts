import { policyLeadMsMin } from "@scoreline/contracts";
import { insertException, readPolicies, storeTimeMs } from "@scoreline/stores/mongo";
import { beforeEach, describe, expect, test } from "vitest";
import type { Connections } from "../src/connections.ts";
import { grantException, grantsOf, revokeException } from "../src/policies/exceptions.ts";
import { newDatabases } from "./support/databases.ts";

const inAWeekMs = () => Date.now() + 7 * 86_400_000;
const because = { reason: "Long-standing customer", by: "ada" };

let connections: Connections;
beforeEach(async () => {
  connections = await newDatabases();
});
const audits = async () => [
  ...(await connections.sql`select actor, action, subject, details->>'revokes' as revokes from audit_log order by audit_id`),
];

describe("an exception", () => {
  test("for a user takes effect after the lead, and is recorded", async () => {
    const beforeMs = await storeTimeMs(connections.db);
    const grant = await grantException(connections, {
      ...because,
      userId: "7",
      status: "Approved",
      expiresAtMs: inAWeekMs(),
    });
    expect(grant).toMatchObject({ userId: "7", status: "Approved", approvedBy: "ada" });
    expect(grant.effectiveFromMs).toBe(grant.createdAtMs + policyLeadMsMin);
    expect(grant.createdAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect((await readPolicies(connections.db)).exceptions).toEqual([grant]);
    expect(await audits()).toEqual([{ actor: "ada", action: "exception.grant", subject: grant.id, revokes: null }]);
  });

  test.each([
    ["for nobody", {}, /for one application or for one user/],
    ["for two", { userId: "7", applicationId: "8" }, /for one application or for one user/],
    [
      "that is over before it begins",
      { userId: "7", expiresAtMs: Date.now() + 30_000 },
      /would expire before it takes effect/,
    ],
    ["that begins at once", { userId: "7", effectiveFromMs: Date.now() }, /too early to take effect/],
  ])("%s is refused", async (_, over, message) => {
    const request = { ...because, status: "Approved", expiresAtMs: inAWeekMs(), ...over } as const;
    await expect(grantException(connections, request)).rejects.toThrow(message);
    expect((await readPolicies(connections.db)).exceptions).toEqual([]);
    expect(await audits()).toEqual([]);
  });

  test("that is revoked stays on the list with who revoked it and why", async () => {
    const grant = await grantException(connections, {
      ...because,
      applicationId: "8",
      status: "Rejected",
      expiresAtMs: inAWeekMs(),
    });
    const revocation = await revokeException(connections, { id: grant.id, reason: "A mistake", by: "grace" });
    const catalogue = await readPolicies(connections.db);
    expect(catalogue.exceptions).toHaveLength(2);
    expect(grantsOf(catalogue)).toEqual([{ grant, revocation, state: "from later on" }]);
    expect((await audits()).at(-1)).toEqual({
      actor: "grace",
      action: "exception.revoke",
      subject: revocation.id,
      revokes: grant.id,
    });
    const again = revokeException(connections, { id: grant.id, reason: "Again", by: "hopper" });
    await expect(again).rejects.toThrow(/was revoked already, by grace: A mistake/);
    await expect(revokeException(connections, { id: revocation.id, reason: "r", by: "b" })).rejects.toThrow(
      /There is no exception/,
    );
  });
});

test("the list says of each exception where it stands, newest first", async () => {
  const nowMs = await storeTimeMs(connections.db);
  const row = (id: string, createdAtMs: number, over: object) => ({
    id,
    userId: "7",
    status: "Approved" as const,
    effectiveFromMs: nowMs - 1_000,
    expiresAtMs: nowMs + 3_600_000,
    reason: "r",
    approvedBy: "ada",
    createdAtMs: nowMs - createdAtMs,
    ...over,
  });
  const holding = row("holding", 0, {});
  const over = row("over", 1, { effectiveFromMs: nowMs - 2_000, expiresAtMs: nowMs - 1_000 });
  const coming = row("coming", 2, { effectiveFromMs: nowMs + 1_800_000 });
  const ended = row("ended", 3, {});
  const end = {
    id: "end",
    revokes: "ended",
    effectiveFromMs: nowMs - 500,
    reason: "r",
    approvedBy: "b",
    createdAtMs: nowMs,
  };
  for (const exception of [over, ended, holding, coming, end]) {
    await insertException(connections.db, exception, { leadMsMin: -10_000 });
  }
  const list = grantsOf(await readPolicies(connections.db));
  expect(list.map(({ grant, state }) => [grant.id, state])).toEqual([
    ["holding", "in force"],
    ["over", "expired"],
    ["coming", "from later on"],
    ["ended", "revoked"],
  ]);
});
