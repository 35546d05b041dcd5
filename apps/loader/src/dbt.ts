import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, readManifest } from "./dbtManifest.ts";
import { type Freshness, readBuild, readFreshness, wordsOfDbt } from "./dbtResults.ts";
import type { Block, PolicyModel } from "./policyModels.ts";

/** How dbt is called. `environment` is what the child sees besides dbt's own variables: PATH and the like. */
export type DbtSettings = {
  dbtPath: string;
  projectDir: string;
  /** The models of the project that policy versions were compiled to. */
  policyModels: readonly Pick<PolicyModel, "name" | "block">[];
  /** dbt's `target` and `logs` go below it. */
  stateDir: string;
  databaseUrl: string;
  reportingTimeZone: string;
  environment: Record<string, string>;
};

/** dbt ended without results: a model does not compile, the database does not answer, dbt is not there. */
export class DbtError extends Error {
  override name = "DbtError";
}

const tailLines = 20;

// Kills dbt when this process is gone: the shell's standard input is a pipe from here, which then ends.
const watched = `exec 3<&0
"$@" </dev/null 3<&- & child=$!
(read -r _ <&3; kill -TERM "$child") >/dev/null 2>&1 & watcher=$!
wait "$child"; status=$?
kill "$watcher" 2>/dev/null
exit "$status"`;

/** What of a project is built, in dbt's selection syntax; all of it unless told. */
export type Selection = { select?: string; exclude?: string };

/** What a build came to, each result, and the project that dbt made of it. */
export type Build = ReturnType<typeof readBuild> & { manifest: Manifest };

/** Runs `dbt build`. Red tests are in the summary; throws `DbtError` when there are no results at all. */
export async function dbtBuild(
  settings: DbtSettings,
  { fullRefresh = false, select, exclude }: { fullRefresh?: boolean } & Selection = {},
): Promise<Build> {
  const target = join(settings.stateDir, "target");
  const artefact = await runDbt(settings, target, "run_results.json", [
    "build",
    ...["--exclude-resource-type", "unit_test"],
    ...(fullRefresh ? ["--full-refresh"] : []),
    // A test that needs a model beyond the selection is left out with it.
    ...(select === undefined ? [] : ["--select", select, "--indirect-selection", "buildable"]),
    ...(exclude === undefined ? [] : ["--exclude", exclude]),
  ]);
  const manifest: unknown = JSON.parse(await readFile(join(target, "manifest.json"), "utf8"));
  return { ...readBuild(artefact), manifest: readManifest(manifest) };
}

/** Runs `dbt source freshness`; a stale source is in what it gives. Has a target folder of its own, for it may run beside a build. */
export async function dbtFreshness(settings: DbtSettings): Promise<Freshness> {
  return readFreshness(
    await runDbt(settings, join(settings.stateDir, "target-freshness"), "sources.json", ["source", "freshness"]),
  );
}

/** Runs `dbt docs generate`; gives one HTML page that holds all of it, and names no folder of this machine. */
export async function dbtDocs(settings: DbtSettings): Promise<string> {
  const target = join(settings.stateDir, "target");
  await runDbt(settings, target, "catalog.json", ["docs", "generate", "--static"]);
  const page = await readFile(join(target, "static_index.html"), "utf8");
  return page.replaceAll(`${settings.stateDir}/`, "");
}

async function runDbt(settings: DbtSettings, target: string, artefact: string, command: string[]): Promise<unknown> {
  const path = join(target, artefact);
  await mkdir(target, { recursive: true });
  // What an earlier run left must not pass for this one's.
  await rm(path, { force: true });
  const logs = join(settings.stateDir, "logs");
  const variables = { reporting_time_zone: settings.reportingTimeZone, ...modelVariables(settings.policyModels) };
  const args = [
    ...command,
    ...["--project-dir", settings.projectDir, "--profiles-dir", settings.projectDir],
    ...["--target-path", target, "--log-path", logs, "--no-use-colors", "--no-version-check"],
    ...["--vars", JSON.stringify(variables)],
  ];
  const { code, tail } = await run(settings, args);
  const written = await readFile(path, "utf8").catch(() => undefined);
  if (written !== undefined) return JSON.parse(written);
  throw new DbtError(
    `dbt ${command.join(" ")} ended with ${code} and no results; its log is in ${logs}:\n${wordsOfDbt(tail)}`,
  );
}

/** The variables by which the project knows the models of the policy versions. */
export function modelVariables(models: DbtSettings["policyModels"]): Record<string, string[]> {
  const names = (block: Block) => models.filter((model) => model.block === block).map(({ name }) => name);
  return { policy_models: names("applications"), transaction_models: names("transactions") };
}

function run(settings: DbtSettings, args: string[]): Promise<{ code: number | string; tail: string }> {
  const child = spawn("sh", ["-c", watched, "sh", settings.dbtPath, ...args], {
    env: { ...settings.environment, ...connectionVariables(settings.databaseUrl) },
    cwd: settings.stateDir,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let tail: string[] = [];
  const keep = (text: string) => {
    tail = [...tail, ...text.split("\n").filter((line) => line.trim() !== "")].slice(-tailLines);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new DbtError("dbt could not be started", { cause: error })));
    child.once("close", (code, signal) => resolve({ code: code ?? signal ?? "no exit code", tail: tail.join("\n") }));
  });
}

/** The variables that profiles.yml reads. The password goes by the environment: a command line is everybody's to read. */
export function connectionVariables(databaseUrl: string): Record<string, string> {
  const url = new URL(databaseUrl);
  return {
    DBT_HOST: url.hostname.replace(/^\[|\]$/g, ""),
    DBT_PORT: url.port || "5432",
    DBT_USER: decodeURIComponent(url.username),
    DBT_ENV_SECRET_PASSWORD: decodeURIComponent(url.password),
    DBT_DATABASE: decodeURIComponent(url.pathname.slice(1)),
    DBT_SSLMODE: url.searchParams.get("sslmode") ?? "prefer",
  };
}
