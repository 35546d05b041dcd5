import { existsSync } from "node:fs";
import { join } from "node:path";
import { ProgramMissing, requireProgram, which } from "./programs.ts";
import { CommandFailed, run } from "./run.ts";
import { fileInputs, make, platformInputs, type Step } from "./step.ts";

const python = {
  dir: "bin",
  requirements: ["warehouse/requirements.txt", "packages/stack/requirements-test.txt"],
} as const;

/** dbt and the tests' third-party Kafka client, in a virtual environment of pinned and hashed packages. */
export const pythonEnvironment: Step = {
  name: "python environment",
  async run(context) {
    const { root, env, logFile } = context;
    const product = {
      kind: "python",
      inputs: [...platformInputs, which("python3", env) ?? "", ...fileInputs(root, ...python.requirements)],
      // The environment's python is a link to the machine's, which may be gone.
      intact: (dir: string) => existsSync(join(dir, python.dir, "python")),
    };
    const { dir, built } = await make(context, "python environment", product, async (target) => {
      await requireProgram("python3", env, logFile);
      await run("python3", ["-m", "venv", target], { env, logFile });
      // The files name all that is needed, so pip has nothing to resolve: older ones fail at it where there are hashes.
      for (const file of python.requirements) {
        const pip = [
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "--no-deps",
          "-r",
          join(root, file),
        ];
        await run(join(target, python.dir, "python"), pip, { env, logFile });
      }
      await run(join(target, python.dir, "python"), ["-m", "pip", "check"], { env, logFile });
      await run(join(target, python.dir, "dbt"), ["--version"], { env, logFile });
    });
    return {
      did: built ? "dbt installed" : undefined,
      found: { python: join(dir, python.dir, "python"), dbt: join(dir, python.dir, "dbt") },
    };
  },
};

const pom = "packages/stack/kafka/pom.xml";

/** The broker's jars. Java is asked for here, so that a missing one is told before the broker is wanted. */
export const kafkaJars: Step = {
  name: "kafka jars",
  async run(context) {
    const { root, env, logFile } = context;
    if (which("java", env) === undefined) await requireProgram("java", env, logFile);
    const product = { kind: "kafka-jars", inputs: fileInputs(root, pom) };
    const { dir, built } = await make(context, "kafka jars", product, async (target) => {
      await requireProgram("java", env, logFile);
      await requireProgram("mvn", env, logFile);
      const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${target}`];
      await run("mvn", ["-B", "-q", "-f", join(root, pom), ...goal], { env, logFile });
    });
    return { did: built ? "fetched" : undefined, found: { kafkaLibs: dir } };
  },
};

const ferretdbDir = "packages/stack/ferretdb";

/** The MongoDB-speaking server, built only where neither a MONGO_URL nor a mongod is at hand. */
export const ferretdb: Step = {
  name: "ferretdb",
  async run(context) {
    const { root, env, logFile } = context;
    if (env.MONGO_URL || which("mongod", env) !== undefined) return { found: { ferretdb: null } };
    const sources = ["main.go", "go.mod", "go.sum"].map((file) => `${ferretdbDir}/${file}`);
    const product = { kind: "ferretdb", inputs: [...platformInputs, ...fileInputs(root, ...sources)] };
    const { dir, built } = await make(context, "ferretdb", product, async (target) => {
      await requireProgram("go", env, logFile);
      await run("go", ["build", "-trimpath", "-o", join(target, "ferretdb"), "."], {
        cwd: join(root, ferretdbDir),
        env: { ...env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
        logFile,
      });
    });
    return { did: built ? "built" : undefined, found: { ferretdb: join(dir, "ferretdb") } };
  },
};

/** The one line that says what went wrong in a step. */
export function explain(error: unknown, logFile: string): string {
  if (error instanceof ProgramMissing) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  const last = error instanceof CommandFailed ? error.output.trim().split("\n").at(-1) : undefined;
  return `${message}${last ? ` (${last.slice(0, 200)})` : ""}; see ${logFile}`;
}
