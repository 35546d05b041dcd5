import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { portNames } from "./config.ts";
import { repositoryRoot } from "./tools.ts";

/** Where one stack keeps all it has. */
export interface Home {
  readonly dir: string;
  /** What services store. `up` with `fresh` empties it. */
  readonly dataDir: string;
  readonly logsDir: string;
  /** Records of running processes. */
  readonly runDir: string;
  readonly locksDir: string;
  /** Ports and secrets, for the owner only. */
  readonly stateFile: string;
  /** KEY=VALUE lines for any client, for the owner only. */
  readonly envFile: string;
}

/** The home in `dir`, else in `$SCORELINE_HOME`, else in `.scoreline` at the repository's top. Touches nothing. */
export function loadHome(dir?: string, env: NodeJS.ProcessEnv = process.env): Home {
  const home = resolve(dir ?? (env.SCORELINE_HOME || join(repositoryRoot, ".scoreline")));
  return {
    dir: home,
    dataDir: join(home, "data"),
    logsDir: join(home, "logs"),
    runDir: join(home, "run"),
    locksDir: join(home, "locks"),
    stateFile: join(home, "home.json"),
    envFile: join(home, "env"),
  };
}

const port = z.int().min(1).max(65_535);

const HomeState = z.object({
  format: z.literal(1),
  ports: z.record(z.enum(portNames), port),
  /** Metrics ports of the scorers beyond the first. */
  scorerPorts: z.array(port).default([]),
  /** Of Prometheus, where it watches this stack. */
  prometheusPort: port.optional(),
  postgresPassword: z.string(),
  apiKey: z.string(),
  externalMongoUrl: z.string().optional(),
});
export type HomeState = z.infer<typeof HomeState>;

/** What the home remembers; undefined when no stack has been started in it. Throws when the file is not a stack's. */
export function readState(home: Home): HomeState | undefined {
  if (!existsSync(home.stateFile)) return undefined;
  const parsed = HomeState.safeParse(JSON.parse(readFileSync(home.stateFile, "utf8")));
  if (!parsed.success) throw new Error(`${home.stateFile} is not a stack's state: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function writeState(home: Home, state: HomeState): void {
  writePrivately(home.stateFile, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** A password or key of 192 random bits that needs no escaping in a URL. */
export const newSecret = (): string => randomBytes(24).toString("hex");

/** Writes a file that only its owner reads, whole or not at all. */
export function writePrivately(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

/** Throws unless the directory is a stack's home, or free to become one (absent, or with nothing of another's in it). */
export function assertHome(home: Home): void {
  if (!existsSync(home.dir) || readState(home) !== undefined) return;
  const foreign = readdirSync(home.dir).find((name) => name !== "logs" && name !== "locks");
  if (foreign !== undefined) {
    throw new Error(
      `${home.dir} is not a stack's home (it holds ${foreign}): name another directory in SCORELINE_HOME`,
    );
  }
}

/** Makes the home's folders. */
export function makeHome(home: Home): void {
  for (const dir of [home.dir, home.dataDir, home.logsDir, home.runDir, home.locksDir])
    mkdirSync(dir, { recursive: true });
}

/** Removes what the services have stored and said. Ports and keys stay, so that clients still find the stack. */
export function emptyHome(home: Home, keepLogs: readonly string[]): void {
  assertHome(home);
  rmSync(home.dataDir, { recursive: true, force: true });
  for (const log of existsSync(home.logsDir) ? readdirSync(home.logsDir) : []) {
    if (!keepLogs.includes(log)) rmSync(join(home.logsDir, log), { recursive: true, force: true });
  }
}
