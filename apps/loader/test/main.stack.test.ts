import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, openBench } from "./support.ts";

const main = fileURLToPath(new URL("../src/main.node.ts", import.meta.url));
const loader = (...args: string[]) => ["--import", "tsx", main, ...args];
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.remove(), 60_000);

test("a service shows the jobs of another process, and ends on SIGTERM", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, loader("run", "--no-dbt", "--json"), {
    env: bench.environment,
  });
  expect(JSON.parse(stdout)).toMatchObject({
    status: "succeeded",
    loaded: { credit_scores: 0 },
    facts: null,
    dbt: null,
  });

  const service = spawn(process.execPath, loader("serve"), {
    env: bench.environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(service, "exit");
  const port = await new Promise<number>((resolve, reject) => {
    exit.then(([code]) => reject(new Error(`the service ended with ${code}`)), reject);
    createInterface(service.stdout).on("line", (line) => {
      const event: { port?: number } = JSON.parse(line);
      if (event.port) resolve(event.port);
    });
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await get("/livez")).status).toBe(200);
  expect((await get("/readyz")).status).toBe(200);
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toMatch(/scoreline_job_last_success_timestamp_seconds\{job="load",app="loader"\} \d/);
  expect(metrics).toContain('scoreline_job_failures{job="load",app="loader"} 0');
  for (const dependency of ["postgres", "mongodb", "warehouse"]) {
    const up = `scoreline_dependency_up{dependency="${dependency}",app="loader"} 1`;
    await expect.poll(async () => (await get("/metrics")).text(), { timeout: 30_000 }).toContain(up);
  }

  service.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
});

test("a certificate that cannot be watched is named, with exit code 2", async () => {
  const environment = { ...bench.environment, CERTIFICATE_FILES: "/nowhere/ingest.pem" };
  const service = promisify(execFile)(process.execPath, loader("serve"), { env: environment });
  await expect(service).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("CERTIFICATE_FILES names /nowhere/ingest.pem, which cannot be read: ENOENT"),
  });
});

test("a variable that is missing is named, with exit code 2", async () => {
  const { CREDITDB_URL: _, ...environment } = bench.environment;
  const run = promisify(execFile)(process.execPath, loader("run"), { env: environment });
  await expect(run).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("CREDITDB_URL is not a Postgres address"),
  });
});
