import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot, makeProduct, repositoryRoot, type StackEnv } from "@scoreline/stack";
import { z } from "zod";
import { say } from "../../src/terminal.ts";

const execute = promisify(execFile);
const folder = join(repositoryRoot, "apps/cli/bench/warehouse");
const requirements = join(folder, "requirements.txt");

const Figures = z.object({
  rows: z.number(),
  read_s: z.number(),
  merge_s: z.number(),
  write_s: z.number(),
  total_s: z.number(),
});
export type PandasFigures = z.infer<typeof Figures>;

/** The Python that has pandas: made at the first bench, kept in the set-up's cache. */
export async function pandasPython(): Promise<string> {
  const { env } = process;
  const inputs = [process.platform, process.arch, readFileSync(requirements, "utf8")];
  const { dir } = await makeProduct(cacheRoot(env, homedir()), { kind: "bench-python", inputs }, async (target) => {
    say("  installing pandas");
    await execute("python3", ["-m", "venv", target], { env });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    await execute(join(target, "bin", "python"), [...pip, "-r", requirements], { env });
  });
  return join(dir, "bin", "python");
}

/** Runs the pandas job on the same rows, to a table of its own. */
export async function runPandas(python: string, { CREDITDB_URL, DW_FINANCE_URL }: StackEnv): Promise<PandasFigures> {
  const { stdout } = await execute(python, [join(folder, "pandas_job.py")], { env: { CREDITDB_URL, DW_FINANCE_URL } });
  return Figures.parse(JSON.parse(stdout));
}
