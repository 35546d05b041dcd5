import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Home, readEnv } from "@scoreline/stack";
import { z } from "zod";
import { loaderEnv, nodeArguments } from "./services.ts";
import { count, say, table } from "./terminal.ts";

const Written = z.object({
  read: z.int(),
  refused: z.int(),
  unmapped: z.int(),
  naive_timestamps: z.int(),
  refused_by_check: z.record(z.string(), z.int()),
});
const Loaded = z.object({ loaded: z.int(), repeated: z.int(), refused: z.int() });

/** What `scoreline replay --history` came to: read = loaded + repeated + refused. */
export type HistorySummary = {
  read: number;
  loaded: number;
  repeated: number;
  refused: number;
  naive_timestamps: number;
  refused_by_check: Record<string, number>;
};

/**
 * `scoreline replay --history`: the simulator maps and judges the file's rows, the loader brings them to the warehouse;
 * neither knows the other, so they are joined here. `line` is the command's arguments as they came. Gives the exit code.
 */
export async function replayHistory(home: Home, line: readonly string[]): Promise<number> {
  const env = loaderEnv(home, readEnv(home));
  const folder = await mkdtemp(join(tmpdir(), "scoreline-history-"));
  try {
    const rejects = join(folder, "rejects.jsonl");
    const json = line.includes("--json");
    const simulator = spawn(
      process.execPath,
      [...nodeArguments("simulator"), "replay", ...line, ...(json ? [] : ["--json"])],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const loader = spawn(process.execPath, [...nodeArguments("loader"), "history", "--json", "--rejects", rejects], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const exits = Promise.all([exitOf(simulator), exitOf(loader)]);
    // Where one of them ends early, the pipe does: the other one says nothing of it, its exit code is what counts.
    pipeline(simulator.stdout, loader.stdin).catch(() => undefined);
    const [written, loaded] = await Promise.all([lastObjectOf(simulator.stderr), lastObjectOf(loader.stdout)]);
    const codes = await exits;
    await keepRejects(line, rejects);
    const from = Written.safeParse(written);
    const to = Loaded.safeParse(loaded);
    if (from.success && to.success) report(joined(from.data, to.data), json);
    return codes[0] || codes[1];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function joined(written: z.infer<typeof Written>, loaded: z.infer<typeof Loaded>): HistorySummary {
  const { read, naive_timestamps, refused_by_check } = written;
  return {
    read,
    loaded: loaded.loaded,
    repeated: loaded.repeated,
    refused: written.refused + written.unmapped + loaded.refused,
    naive_timestamps,
    refused_by_check: {
      ...refused_by_check,
      ...(loaded.refused > 0 ? { application_id_reused: loaded.refused } : {}),
    },
  };
}

function report({ refused_by_check, ...counts }: HistorySummary, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ ...counts, refused_by_check })}\n`);
  else {
    const rows = Object.entries({ ...counts, ...refused_by_check });
    say(table(rows.map(([name, value]) => [name.replaceAll("_", " "), count(value)])));
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** The JSON object that a process prints as its summary; its other lines go to this terminal. */
async function lastObjectOf(lines: Readable): Promise<unknown> {
  let found: unknown;
  for await (const text of createInterface({ input: lines })) {
    if (text.startsWith("{")) found = JSON.parse(text);
    else say(text);
  }
  return found;
}

/** Adds what the loader refused to the file that `--rejects` names, which the simulator has written. */
async function keepRejects(line: readonly string[], path: string): Promise<void> {
  const at = line.indexOf("--rejects");
  const file = at < 0 ? line.find((part) => part.startsWith("--rejects="))?.slice("--rejects=".length) : line[at + 1];
  const refused = await readFile(path, "utf8").catch(() => "");
  if (file !== undefined && refused !== "") await appendFile(file, refused);
}
