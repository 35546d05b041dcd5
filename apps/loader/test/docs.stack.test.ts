import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, defaultVersion, openBench, publish } from "./support.ts";

const main = fileURLToPath(new URL("../src/main.node.ts", import.meta.url));
// On a machine that is busy with other things, too.
const docsMsMax = 180_000;
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
  await publish(bench, { versions: [defaultVersion] });
  await runWarehouse(bench.deps, { withDbt: false, withFreshness: false, fullRefresh: false });
});
afterAll(() => bench?.remove(), 60_000);

const docs = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ["--import", "tsx", main, "docs", ...args], {
    env: bench.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });

const described = ["fact_loan_application", "int_decisions_recomputed__consumer_loans_1", "exposure.scoreline."];

test("the catalogue is served on loopback, the policy's own models included, until Ctrl-C", {
  timeout: docsMsMax,
}, async () => {
  const child = docs("--no-open");
  const exit = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    exit.then(([code]) => reject(new Error(`docs ended with ${code}`)), reject);
    if (child.stdout) createInterface(child.stdout).once("line", resolve);
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const page = await (await fetch(url)).text();
  for (const name of described) expect(page).toContain(name);
  child.kill("SIGINT");
  expect(await exit).toEqual([0, null]);
});

test("the catalogue is written as one file that tells nothing of this machine", { timeout: docsMsMax }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "loader-docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const child = docs("--static", join(folder, "site"));
  const [[code], stderr] = await Promise.all([once(child, "exit"), text(child.stderr as NodeJS.ReadableStream)]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(join(folder, "site"))).toEqual(["index.html"]);
  const page = readFileSync(join(folder, "site", "index.html"), "utf8");
  for (const name of described) expect(page).toContain(name);
  expect(page).not.toContain(new URL(bench.deps.warehouseUrl).password);
  expect(page).not.toContain(bench.deps.dbt.stateDir);
});
