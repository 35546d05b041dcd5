import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { run } from "./run.ts";

/** A program of the machine that the set-up cannot bring along, and how to get it. */
interface Program {
  readonly command: string;
  readonly versionArgs: readonly string[];
  readonly versionMin: readonly [major: number, minor: number];
  readonly install: string;
}

export const programs = {
  java: {
    command: "java",
    versionArgs: ["-version"],
    versionMin: [17, 0],
    install: "Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless; elsewhere https://adoptium.net)",
  },
  mvn: {
    command: "mvn",
    versionArgs: ["-v"],
    versionMin: [3, 6],
    install: "Maven 3.6 or newer (Debian: apt-get install maven; elsewhere https://maven.apache.org)",
  },
  go: {
    command: "go",
    versionArgs: ["version"],
    versionMin: [1, 24],
    install:
      "Go 1.24 or newer (Debian 13: apt-get install golang-go; elsewhere https://go.dev/dl), or mongod, or a MONGO_URL",
  },
  python3: {
    command: "python3",
    versionArgs: ["-c", "import sys, venv, ensurepip; print(sys.version.split()[0], sys.executable)"],
    versionMin: [3, 10],
    install:
      "Python 3.10 or newer with venv (Debian: apt-get install python3 python3-venv; elsewhere https://python.org)",
  },
} as const satisfies Record<string, Program>;

/** A program that is missing or too old; the message is the one line to show. */
export class ProgramMissing extends Error {}

/** The absolute path of a command on PATH, undefined when there is none. */
export function which(command: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const dir of (env.PATH ?? "").split(delimiter)) {
    const path = join(dir, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

/** What the program says of its version, first line; throws `ProgramMissing` when it is absent or too old. */
export async function requireProgram(
  name: keyof typeof programs,
  env: NodeJS.ProcessEnv,
  logFile: string,
): Promise<string> {
  const program: Program = programs[name];
  if (which(program.command, env) === undefined)
    throw new ProgramMissing(`${name} is missing: install ${program.install}`);
  const said = await run(program.command, program.versionArgs, { env, logFile }).catch(() => "");
  const lines = stripVTControlCharacters(said).split("\n");
  const line = lines.find((candidate) => /\d+\.\d+|version "\d+/.test(candidate)) ?? "";
  const [, major = "0", minor = "0"] = /(?:version "|\b|go)(\d+)(?:\.(\d+))?/.exec(line) ?? [];
  const [majorMin, minorMin] = program.versionMin;
  if (Number(major) < majorMin || (Number(major) === majorMin && Number(minor) < minorMin)) {
    throw new ProgramMissing(`${name} is too old or incomplete (${line || "no version"}): install ${program.install}`);
  }
  return line;
}
