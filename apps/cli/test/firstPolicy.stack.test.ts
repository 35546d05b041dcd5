import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readPolicies } from "@scoreline/stores/mongo";
import { expect, inject, test } from "vitest";
import { defaultPolicyFile, ensureFirstPolicy } from "../src/policies/firstPolicy.ts";
import { newDatabases } from "./support/databases.ts";
import { runProgram } from "./support/program.ts";

const velocityFile = join(dirname(defaultPolicyFile), "velocity.yaml");

test("an empty catalogue begins with the default policy, in force from 0, and the audit log says so", async () => {
  const { db, sql } = await newDatabases();
  const first = await ensureFirstPolicy(db, sql, undefined);
  expect(first).toMatchObject({ version: "consumer-loans@1", effectiveFromMs: 0, publishedBy: "scoreline init" });
  expect(first?.yaml).toBe(readFileSync(defaultPolicyFile, "utf8"));
  expect((await readPolicies(db)).versions).toEqual([first]);
  expect([...(await sql`select action, subject, details->>'sha256' as sha256 from audit_log`)]).toEqual([
    { action: "policy.publish", subject: "consumer-loans@1", sha256: first?.sha256 },
  ]);
});

test("a second time nothing is published, with or without the same document", async () => {
  const { db, sql } = await newDatabases();
  await ensureFirstPolicy(db, sql, velocityFile);
  expect(await ensureFirstPolicy(db, sql, undefined)).toBeUndefined();
  expect(await ensureFirstPolicy(db, sql, velocityFile)).toBeUndefined();
  expect((await readPolicies(db)).versions.map(({ yaml }) => yaml)).toEqual([readFileSync(velocityFile, "utf8")]);
});

test("another document than the first version is refused, and named with what to do", async () => {
  const { db, sql } = await newDatabases();
  await ensureFirstPolicy(db, sql, undefined);
  await expect(ensureFirstPolicy(db, sql, velocityFile)).rejects.toThrow(
    /begins with consumer-loans@1, which is another document .*scoreline policy publish .*velocity.yaml --by NAME/,
  );
});

test("processes that begin at once publish one first version", async () => {
  const { db, sql } = await newDatabases();
  const files = [undefined, velocityFile, undefined, velocityFile];
  const results = await Promise.allSettled(files.map((file) => ensureFirstPolicy(db, sql, file)));
  const { versions } = await readPolicies(db);
  expect(versions).toHaveLength(1);
  const isVelocity = versions[0]?.yaml === readFileSync(velocityFile, "utf8");
  // Those that asked for the other document are told; no document named is content with either.
  expect(results.map(({ status }) => status)).toEqual(
    files.map((file) => (file && !isVelocity ? "rejected" : "fulfilled")),
  );
});

test("a file that is not there is refused before anything is published", async () => {
  const { db, sql } = await newDatabases();
  await expect(ensureFirstPolicy(db, sql, "nowhere.yaml")).rejects.toThrow(/nowhere.yaml/);
  expect((await readPolicies(db)).versions).toEqual([]);
});

test("scoreline init finds everything there, and refuses another first policy", async () => {
  expect(await runProgram(inject("env"), "init")).toMatchObject({ error: undefined, stderr: "Everything was there." });
  expect((await runProgram(inject("env"), "init", "--policy", velocityFile)).error).toMatch(
    /The catalogue begins with consumer-loans@1, which is another document than .*velocity.yaml/,
  );
});
