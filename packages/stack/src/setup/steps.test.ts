import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { repositoryRoot } from "../tools.ts";
import { runSteps } from "./main.ts";
import { ferretdb, kafkaJars, pythonEnvironment } from "./products.ts";
import { requireProgram, which } from "./programs.ts";
import { prometheus } from "./prometheus.ts";

let dir: string;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "scoreline-steps-"));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs steps on a machine whose PATH holds only the programs put into `dir`. */
const runOn = (...steps: (typeof kafkaJars)[]) =>
  runSteps(
    {
      root: repositoryRoot,
      logFile: join(dir, "log"),
      env: { PATH: dir, SCORELINE_CACHE: join(dir, "cache") },
      say: (line) => said.push(line),
    },
    steps,
  );

function program(name: string, script: string) {
  writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, name), 0o755);
}

test("each missing program is one line that says what to install", async () => {
  expect(await runOn(kafkaJars, pythonEnvironment, ferretdb)).toMatchObject({ done: 0, failed: 3 });
  expect(said.sort()).toEqual([
    expect.stringMatching(/^ferretdb: FAILED: go is missing: install Go 1\.24 or newer .*golang-go/),
    expect.stringMatching(/^kafka jars: FAILED: java is missing: install Java 17 or newer .*openjdk-17-jre-headless/),
    expect.stringMatching(
      /^python environment: FAILED: python3 is missing: install Python 3\.10 or newer .*python3-venv/,
    ),
  ]);
});

test("Maven is asked for where there is Java and no jars yet", async () => {
  program("java", `echo 'openjdk version "21" 2024' >&2`);
  await runOn(kafkaJars);
  expect(said).toEqual([expect.stringMatching(/mvn is missing: install Maven/)]);
});

test.each([
  ["java", `echo 'openjdk version "11.0.2"' >&2`],
  ["go", "echo go version go1.19.8 linux/amd64"],
  ["python3", "echo 3.9.2 /usr/bin/python3"],
  ["python3", "echo 'No module named ensurepip' >&2; exit 1"],
] as const)("a %s that is too old or incomplete is told from a good one: %s", async (name, script) => {
  program(name, script);
  await expect(requireProgram(name, { PATH: dir }, join(dir, "log"))).rejects.toThrow(
    `${name} is too old or incomplete`,
  );
});

test.each([
  ["java", `echo 'openjdk version "17" 2021' >&2`],
  ["mvn", `printf '\\033[1mApache Maven 3.8.7\\033[m\\n'`],
  ["go", "echo go version go1.24 linux/amd64"],
  ["python3", "echo 3.13.0rc1 /usr/bin/python3"],
] as const)("the version %s says of itself is understood: %s", async (name, script) => {
  program(name, script);
  await expect(requireProgram(name, { PATH: dir }, join(dir, "log"))).resolves.toMatch(/\d/);
});

test("FerretDB is not built where MONGO_URL or a mongod makes it needless", async () => {
  program("mongod", "exit 0");
  expect(await runOn(ferretdb)).toEqual({ done: 0, failed: 0, found: { ferretdb: null } });
  expect(said).toEqual([]);
});

test("a step that fails names the log, and the log holds the whole of what was said", async () => {
  program("java", `echo 'openjdk version "21" 2024' >&2`);
  program(
    "mvn",
    `[ "$1" = -v ] && echo 'Apache Maven 3.9.1' && exit 0; echo first line; echo no such artifact; exit 1`,
  );
  symlinkSync("/bin/sh", join(dir, "sh"));
  await runOn(kafkaJars);
  expect(said[0]).toContain("(no such artifact)");
  expect(said[0]).toContain(`see ${join(dir, "log")}`);
  expect(readFileSync(join(dir, "log"), "utf8")).toContain("first line\nno such artifact");
});

test("a program is found by PATH, in its order", () => {
  program("tool", "exit 0");
  expect(which("tool", { PATH: `/nowhere:${dir}` })).toBe(join(dir, "tool"));
  expect(which("tool", {})).toBeUndefined();
});

describe("prometheus", () => {
  const none = { found: { prometheus: null, promtool: null } };
  const debian = () => {
    program("apt-get", `for name in "$@"; do case $name in prometheus|libjs-*) : > "$name"_9.9-1_all.deb;; esac; done`);
    program(
      "dpkg-deb",
      `[ "$1" = --field ] && echo 9.9-1 && exit 0
/bin/mkdir -p "$3/usr/bin" && printf '#!/bin/sh\\n' > "$3/usr/bin/prometheus" && /bin/chmod +x "$3/usr/bin/prometheus"`,
    );
  };

  test("on PATH is taken as it is", async () => {
    for (const name of ["prometheus", "promtool", "apt-get", "dpkg-deb"]) program(name, "exit 1");
    const found = { prometheus: join(dir, "prometheus"), promtool: join(dir, "promtool") };
    expect(await runOn(prometheus)).toEqual({ done: 0, failed: 0, found });
    expect(said).toEqual([]);
  });

  test("is null, and nothing fails, on a machine without it that is not Debian", async () => {
    expect(await runOn(prometheus)).toEqual({ done: 0, failed: 0, ...none });
    expect(said).toEqual([]);
  });

  test("is unpacked from Debian's packages once, and its version is told", async () => {
    debian();
    const first = await runOn(prometheus);
    expect(said).toEqual([expect.stringMatching(/^prometheus: 9\.9-1 unpacked from Debian's packages … /)]);
    expect(first).toMatchObject({ done: 1, failed: 0 });
    expect(existsSync(first.found.prometheus ?? "")).toBe(true);
    expect(await runOn(prometheus)).toEqual({ done: 0, failed: 0, found: first.found });
  });

  test("does without what its pages load", async () => {
    debian();
    program("apt-get", `case " $* " in *libjs-*) exit 100;; *) : > prometheus_9.9-1_all.deb;; esac`);
    expect(await runOn(prometheus)).toMatchObject({ done: 1, failed: 0 });
  });

  test("that cannot be downloaded is null, and the set-up goes on", async () => {
    debian();
    program("apt-get", "echo no such mirror; exit 100");
    expect(await runOn(prometheus)).toEqual({ done: 0, failed: 0, ...none });
    expect(said).toEqual([expect.stringContaining("Debian's cannot be had")]);
    expect(readFileSync(join(dir, "log"), "utf8")).toContain("no such mirror");
  });
});
