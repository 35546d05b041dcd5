import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { compilePolicy } from "./compilePolicy.ts";
import { compiledVersion, modelName, PolicyUnusable, type Published } from "./policyModels.ts";

const published = {
  version: "consumer-loans@2",
  yaml: "policy: consumer-loans",
  sha256: createHash("sha256").update("policy: consumer-loans").digest("hex"),
  compiler_version: 1,
  from_ms: "1000",
  until_ms: "2000",
};
const compiled = { sql: "select '{{ env_var(''HOME'') }} {% raw %} {# #}'", windowMsMax: 3_600_000 };
const compile = () => ({ applications: compiled, transactions: { ...compiled, windowMsMax: 0 }, thresholds: [] });

const policyModel = (version: Published, with_: typeof compile) => {
  const [model] = compiledVersion(version, with_).models;
  if (!model) throw new Error("a version has no model");
  return model;
};

test("a version becomes a model over the broker times at which it is in force", () => {
  const { name, sql } = policyModel(published, compile);
  expect(name).toBe("int_decisions_recomputed__consumer_loans_2");
  expect(sql).toContain("policy_events('applications', from_ms=1000, until_ms=2000, window_ms=3600000)");
  expect(policyModel({ ...published, until_ms: null }, compile).sql).toContain("until_ms=none");
});

test("its rules on card transactions are a model of their own", () => {
  const [, transactions] = compiledVersion(published, compile).models;
  expect(transactions).toMatchObject({ name: "int_findings_recomputed__consumer_loans_2", block: "transactions" });
  expect(transactions?.sql).toContain("policy_events('transactions', from_ms=1000, until_ms=2000, window_ms=0)");
});

test("a brace in a policy's strings opens nothing in dbt's templates", () => {
  const { sql } = policyModel(published, compile);
  const templates = sql.match(/\{[{%#].*?[}%#]\}/g);
  expect(new Set(templates)).toEqual(
    new Set(["{{ '{' }}", "{{ policy_events('applications', from_ms=1000, until_ms=2000, window_ms=3600000) }}"]),
  );
});

test("names stay apart and within Postgres' length", () => {
  const long = `${"a".repeat(60)}@`;
  const names = ["a-b@1", "a--b@1", "a@11", "a-1@1", `${long}1`, `${long}11`].map((version) =>
    modelName(version, "applications"),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^int_decisions_recomputed__[a-z0-9_]{1,37}$/);
});

test.each([
  ["a document that was changed", { yaml: "policy: other" }, /has the SHA-256 .* and was published with/],
  ["a version that a newer compiler checked", { compiler_version: 99 }, /published by compiler 99/],
  ["a name that is none", { version: "x' union select 1 --@1" }, /is no version of a policy/],
])("%s stops the run by name", (_, change, message) => {
  const model = () => policyModel({ ...published, ...change }, compile);
  expect(model).toThrow(PolicyUnusable);
  expect(model).toThrow(message);
});

test("a published document that does not compile is told with its problems", () => {
  expect(() => compilePolicy("policy: consumer-loans\napplications: {}", "consumer-loans@1")).toThrow(
    /consumer-loans@1 is published and does not compile: consumer-loans@1:\d+:\d+/,
  );
});
