import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ProgramMissing, which } from "./programs.ts";
import { run } from "./run.ts";
import { make, platformInputs, type SetupContext, type Step } from "./step.ts";

const packageName = "@confluentinc/kafka-javascript";
const addonFile = join("Release", "confluent-kafka-javascript.node");
const buildMinutesMax = 20;
const downloadSecondsMax = 90;

/** What the source build links against or needs to run, by Debian's names. */
const debianPackages = [
  "libcurl4-openssl-dev",
  "libssl-dev",
  "libsasl2-dev",
  "libzstd-dev",
  "liblz4-dev",
  "zlib1g-dev",
  "g++",
  "make",
  "python3",
] as const;

/** librdkafka's addon for Node: the maker's prebuilt binary, or, where it cannot be had or does not load, a build. */
export const kafkaAddon: Step = {
  name: "kafka addon",
  async run(context) {
    const source = join(context.root, "node_modules", packageName);
    const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
    const product = { kind: "kafka-addon", inputs: [...platformInputs, libc(), process.versions.modules, version] };
    let how = "placed from the cache";
    const { dir } = await make(context, "kafka addon", product, async (target) => {
      how = await obtain(context, source, target);
    });
    return { did: install(source, dir) ? how : undefined };
  },
};

function libc(): string {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return `glibc ${report.header?.glibcVersionRuntime ?? "none"}`;
}

/** Fills `target` with the `build` folder's needed files; says how it came by them. */
async function obtain(context: SetupContext, source: string, target: string): Promise<string> {
  const work = join(target, "work");
  mkdirSync(work);
  // The build runs in a copy: the package in node_modules may be loaded by a running process.
  symlinkSync(join(context.root, "node_modules"), join(work, "node_modules"));
  const copy = join(work, "addon");
  cpSync(source, copy, { recursive: true, filter: (path) => path !== join(source, "build") });
  try {
    if (await prebuilt(context, copy)) {
      keep(copy, target);
      return "prebuilt";
    }
    await buildFromSource(context, copy);
    keep(copy, target);
    return "built from source";
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function prebuilt({ env, logFile }: SetupContext, copy: string): Promise<boolean> {
  try {
    const install = ["exec", "--offline", "--no", "--", "node-pre-gyp", "install"];
    await run("npm", install, { cwd: copy, env, logFile, timeoutMsMax: downloadSecondsMax * 1000 });
    await load(copy, logFile);
    return true;
  } catch {
    rmSync(join(copy, "build"), { recursive: true, force: true });
    return false;
  }
}

async function buildFromSource(context: SetupContext, copy: string): Promise<void> {
  const { env, logFile } = context;
  await requireDevelopmentPackages(context);
  const prefix = join(process.execPath, "..", "..");
  // This Node's own headers, by the environment: a user's npm configuration may name another Node's, and goes before an option.
  const headers = existsSync(join(prefix, "include", "node", "node.h")) ? { npm_config_nodedir: prefix } : {};
  const build = ["exec", "--offline", "--no", "--", "node-pre-gyp", "rebuild", "--build-from-source"];
  await run("npm", build, {
    cwd: copy,
    // Dynamic: against the machine's own libraries. Serial: librdkafka's own make fails at times in parallel.
    env: { ...env, CKJS_LINKING: "dynamic", JOBS: "1", npm_config_jobs: "1", MAKEFLAGS: "", ...headers },
    logFile,
    timeoutMsMax: buildMinutesMax * 60_000,
  });
  await load(copy, logFile);
}

/** Loads the addon in a process of its own: a binary that crashes must not take the set-up with it. */
async function load(copy: string, logFile: string): Promise<void> {
  await run(process.execPath, ["-e", `require(${JSON.stringify(join(copy, "build", addonFile))})`], { logFile });
}

/** The addon looks for its librdkafka in ../deps (its run path), so both keep their places. */
function keep(copy: string, target: string): void {
  cpSync(join(copy, "build", addonFile), join(target, addonFile), { recursive: true });
  const deps = join(copy, "build", "deps");
  for (const file of existsSync(deps) ? readdirSync(deps) : []) {
    if (/\.so\.\d+$|\.\d+\.dylib$/.test(file)) cpSync(join(deps, file), join(target, "deps", file));
  }
}

/** Puts the product in the package's `build` folder by renames; false when it is there already. */
function install(source: string, product: string): boolean {
  const build = join(source, "build");
  const stamp = join(build, "scoreline-product");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === product && existsSync(join(build, addonFile))) return false;
  const next = `${build}.next`;
  rmSync(next, { recursive: true, force: true });
  cpSync(product, next, { recursive: true });
  writeFileSync(join(next, "scoreline-product"), product);
  const old = `${build}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(build)) renameSync(build, old);
  renameSync(next, build);
  rmSync(old, { recursive: true, force: true });
  return true;
}

async function requireDevelopmentPackages({ env, logFile, say }: SetupContext): Promise<void> {
  if (which("dpkg", env) === undefined) {
    const absent = ["g++", "make", "python3"].filter((command) => which(command, env) === undefined);
    if (absent.length === 0) return;
    throw new ProgramMissing(
      `no prebuilt addon for this platform, and ${absent.join(", ")} to build it is missing: install a C++ compiler, make, python3 and the development files of libcurl, openssl, sasl2, zstd, lz4 and zlib`,
    );
  }
  const selected = await run("dpkg", ["--get-selections", ...debianPackages], { env, logFile }).catch(() => "");
  const present = new Set(
    selected
      .split("\n")
      .filter((line) => /\binstall$/.test(line))
      .map((line) => line.split(/[:\s]/)[0]),
  );
  const missing = debianPackages.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new ProgramMissing(`packages to build it are missing: sudo apt-get install ${missing.join(" ")}`);
  }
  say(`kafka addon: installing Debian packages ${missing.join(" ")}`);
  const aptEnv = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  await run("apt-get", install, { env: aptEnv, logFile }).catch(async () => {
    await run("apt-get", ["update", "-q"], { env: aptEnv, logFile });
    await run("apt-get", install, { env: aptEnv, logFile });
  });
}
