#!/usr/bin/env node
// The set-up's door: plain JavaScript on Node's own modules, because it runs before any dependency is installed.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./src/lock.mjs";
import { installedAsLocked } from "./src/setup/installed-as-locked.mjs";

const nodeMin = { major: 20, minor: 19 };
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const logFile = join(root, ".scoreline", "logs", "setup.log");
const startedAt = performance.now();

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/** @param {string} line @returns {never} */
function fail(line) {
  process.stderr.write(`setup: ${line}\n`);
  process.exit(1);
}

/** @param {string} path */
const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined);

function installNpmDependencies() {
  const locked = readJson(join(root, "package-lock.json"));
  if (installedAsLocked(locked, readJson(join(root, "node_modules", ".package-lock.json")))) return false;
  const since = performance.now();
  const npm = spawnSync("npm", ["ci", "--no-progress"], { cwd: root, encoding: "utf8" });
  appendFileSync(logFile, `\n== npm ci\n${npm.stdout ?? ""}${npm.stderr ?? ""}`);
  if (npm.error) fail("npm is missing: it comes with Node (https://nodejs.org), on Debian in the package npm");
  if (npm.status !== 0) fail(`npm ci failed; see ${logFile}`);
  say(`npm dependencies: installed … ${((performance.now() - since) / 1000).toFixed(1)} s`);
  return true;
}

async function setUp() {
  const installed = installNpmDependencies();
  const tsx = await import("tsx/esm/api");
  tsx.register();
  const steps = await import("./src/setup/main.ts");
  const { failed, done } = await steps.setUp({ root, logFile, env: process.env, say });
  if (failed > 0) process.exitCode = 1;
  else if (done === 0 && !installed)
    say(`set-up: nothing to do (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < nodeMin.major || (major === nodeMin.major && minor < nodeMin.minor)) {
  fail(
    `Node ${nodeMin.major}.${nodeMin.minor} or newer is needed, this is ${process.versions.node}: https://nodejs.org`,
  );
}
mkdirSync(dirname(logFile), { recursive: true });
await withLock(join(root, ".scoreline", "locks", "setup"), setUp, {
  onWait: (pid) => say(`set-up: waiting for another one to end (process ${pid})`),
});
