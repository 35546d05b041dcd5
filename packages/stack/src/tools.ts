import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the set-up has brought along, as absolute paths. */
export interface Tools {
  readonly dbt: string;
  readonly python: string;
  readonly deno: string;
  /** Deno's cache of dependencies, for `DENO_DIR`. */
  readonly denoDir: string;
  /** The folder of the Kafka broker's jars. */
  readonly kafkaLibs: string;
  /** The FerretDB program; null where a MONGO_URL or a mongod made it needless at set-up. */
  readonly ferretdb: string | null;
  /** Prometheus and its tool for rules; null where the set-up found none. */
  readonly prometheus: string | null;
  readonly promtool: string | null;
}

/** The repository's top folder. */
export const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** Where the set-up writes what it found. In node_modules, so that it goes when the dependencies go. */
export const toolsFile = (root: string): string => join(root, "node_modules", ".scoreline", "tools.json");

/** Those that a machine can do without. */
const optional: readonly (keyof Tools)[] = ["ferretdb", "prometheus", "promtool"];
const names: readonly (keyof Tools)[] = ["dbt", "python", "deno", "denoDir", "kafkaLibs", ...optional];

/**
 * The paths of the tools the set-up has brought along. Throws "run npm run setup", naming the missing tool, when one of
 * them is not there. `denoDir` is only named: Deno makes it.
 */
export function tools(root: string = repositoryRoot): Tools {
  const file = toolsFile(root);
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Tools>) : {};
  for (const name of names) {
    const path = found[name];
    if (path === null && optional.includes(name)) continue;
    if (typeof path !== "string" || (name !== "denoDir" && !existsSync(path))) {
      throw new Error(`${name} is missing${path ? ` at ${path}` : ""}: run npm run setup`);
    }
  }
  return found as Tools;
}

/**
 * What Deno must be told by its environment: its cache, and that it is led by its own deno.json alone (it would read the
 * workspace's package.json too and turn package-lock.json into a lock of its own at the repository's top).
 */
export function denoEnvironment(denoDir: string): Record<string, string> {
  return { DENO_DIR: denoDir, DENO_NO_PACKAGE_JSON: "1", DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
}
