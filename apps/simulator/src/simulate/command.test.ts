import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manualClock } from "../../test/clock.ts";
import { run } from "../../test/session.ts";
import { linesIn, resultOf, type StandIn, startStandIn } from "../../test/standIn.ts";
import { simulationDefaults } from "./applications.ts";
import { simulateTransactions } from "./transactions.ts";

let standIn: StandIn;
let folder: string;
beforeEach(async () => {
  standIn = await startStandIn();
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true });
});

test("a simulation is delivered and counted: valid and repeated ones accepted, invalid ones refused by check", async () => {
  const { code, stdout, stderr, progress } = await run(
    ["simulate", "--count", "3000", "--seed", "5", "--json"],
    standIn,
  );
  const summary = JSON.parse(stdout);
  expect([code, stderr]).toEqual([0, ""]);
  expect(summary).toMatchObject({ seed: 5, sent: 3_000, failed: 0 });
  expect(summary.accepted).toBe(summary.generated.valid + summary.generated.duplicate);
  expect(summary.refused).toBe(summary.generated.invalid);
  expect(Object.values<number>(summary.refused_by_check).reduce((sum, count) => sum + count)).toBe(summary.refused);
  expect(summary.refused_by_check.missing_credit_score).toBeGreaterThan(0);
  expect(standIn.accepted).toHaveLength(summary.accepted);
  expect(new Set(standIn.accepted).size).toBe(summary.generated.valid);
  expect(progress.at(-1)).toBe(3_000);
});

test("what is written with --out are the same bytes that are sent, but for the order among users", async () => {
  const out = join(folder, "out.ndjson");
  const line = ["simulate", "--count", "2000", "--seed", "5"];
  const written = await run([...line, "--out", out, "--json"], standIn);
  expect(JSON.parse(written.stdout)).toMatchObject({ seed: 5, written: 2_000 });
  expect(standIn.requests).toBe(0);
  const text = await readFile(out, "utf8");
  await run([...line, "--out", `${out}2`], standIn);
  expect(
    createHash("sha256")
      .update(await readFile(`${out}2`))
      .digest(),
  ).toEqual(createHash("sha256").update(text).digest());
  await run(line, standIn);
  expect(standIn.lines.toSorted()).toEqual(linesIn(text).toSorted());
});

test("transactions are delivered to their own address and counted, the same bytes that --out writes", async () => {
  const out = join(folder, "out.ndjson");
  const line = ["simulate", "--transactions", "--count", "2000", "--seed", "5"];
  await run([...line, "--out", out], standIn);
  const { code, stdout } = await run([...line, "--json"], standIn);
  const summary = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ seed: 5, sent: 2_000, failed: 0 });
  expect(summary.accepted).toBe(summary.generated.valid + summary.generated.duplicate);
  expect(summary.refused).toBe(summary.generated.invalid);
  expect(new Set(standIn.accepted).size).toBe(summary.generated.valid);
  expect(standIn.lines.toSorted()).toEqual(linesIn(await readFile(out, "utf8")).toSorted());
});

test("--csv writes the valid transactions of the seed under their columns, and sends nothing", async () => {
  const path = join(folder, "transactions.csv");
  const line = ["simulate", "--transactions", "--count", "1500", "--seed", "5", "--csv"];
  const { stdout } = await run([...line, path, "--json"], standIn);
  expect(JSON.parse(stdout)).toEqual({
    seed: 5,
    written: 1_500,
    generated: { valid: 1_500, invalid: 0, duplicate: 0 },
  });
  expect(standIn.requests).toBe(0);
  const text = await readFile(path, "utf8");
  expect(linesIn(text)[0]).toBe(
    "transaction_id,user_id,amount,timestamp,location,merchant,card_type,device_id,credit_score,risk_level,is_fraud",
  );
  await run([...line, `${path}2`], standIn);
  expect(await readFile(`${path}2`, "utf8")).toBe(text);
});

test("a CSV comes back by replay as the transactions it was made of, its flaws where they were asked for", async () => {
  const path = join(folder, "transactions.csv");
  const flaws = ["--invalid-share", "0.05", "--duplicate-share", "0.05"];
  const written = await run(["simulate", "--transactions", "--seed", "5", "--csv", path, ...flaws, "--json"], standIn);
  const { generated } = JSON.parse(written.stdout);
  const { code, stdout } = await run(["replay", path, "--map", "transactions", "--json"], standIn);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    read: 1_000,
    accepted: generated.valid + generated.duplicate,
    refused: generated.invalid,
    naive_timestamps: 0,
  });
  expect(generated.invalid).toBeGreaterThan(20);
  const source = simulateTransactions({ seed: 5, ...simulationDefaults, invalidShare: 0, duplicateShare: 0 });
  const made = new Set(Array.from({ length: 1_000 }, () => source.next().value.line));
  const valid = standIn.lines.filter((line) => made.has(line));
  expect(valid.length).toBeGreaterThanOrEqual(generated.valid);
});

test("a server that refuses connections, is busy and loses answers gets every application and none is reported lost", async () => {
  const clock = manualClock();
  standIn.faults.push(
    (_, response) => {
      response.writeHead(503, { "retry-after": "1" }).end();
      return true;
    },
    (_, response, body) => {
      response.writeHead(200);
      const half = linesIn(body).slice(0, Math.floor(linesIn(body).length / 2));
      response.write(half.map((line, index) => resultOf(line, index + 1, standIn)).join(""), () => response.destroy());
      return true;
    },
    (request) => {
      request.socket.destroy();
      return true;
    },
  );
  const line = ["simulate", "--count", "3000", "--invalid-share", "0", "--duplicate-share", "0", "--json"];
  const { code, stdout } = await run(line, standIn, { clock });
  expect(JSON.parse(stdout)).toMatchObject({ sent: 3_000, accepted: 3_000, refused: 0, failed: 0 });
  expect(code).toBe(0);
  expect(new Set(standIn.accepted).size).toBe(3_000);
  expect(standIn.accepted).toHaveLength(3_000);
  expect(clock.sleeps.some((ms) => ms >= 1_000)).toBe(true);
});

test("--rate holds the pace from the first to the last application", async () => {
  const clock = manualClock();
  const { stdout } = await run(["simulate", "--count", "500", "--rate", "20", "--json"], standIn, { clock });
  expect(JSON.parse(stdout)).toMatchObject({ sent: 500, seconds: 24.95, failed: 0 });
});

test("a seed that was not given is drawn and reported, and an interruption ends early with what was sent", async () => {
  const interruption = new AbortController();
  const startProgress = () => ({ update: () => interruption.abort(), stop: () => {} });
  const line = ["simulate", "--count", "1000000", "--json"];
  const { code, stdout } = await run(line, standIn, { startProgress, interrupted: interruption.signal });
  const summary = JSON.parse(stdout);
  expect(code).toBe(130);
  expect(summary).toMatchObject({ seed: 77, failed: 0 });
  expect(summary.sent).toBeLessThan(10_000);
});

test("an unreachable server and a refused key are one line and exit code 1, with the summary on standard output", async () => {
  const refused = await run(["simulate", "--count", "10", "--json"], { ...standIn, apiKey: "wrong" });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^error: .*refused the API key with 401.*SCORELINE_API_KEY.*\n$/);
  expect(JSON.parse(refused.stdout)).toMatchObject({ sent: 10, accepted: 0, failed: 10 });
  await standIn.close();
  const unreachable = await run(["simulate", "--count", "10", "--json"], standIn, { clock: manualClock() });
  expect(unreachable.code).toBe(1);
  expect(unreachable.stderr).toMatch(/^error: http.* cannot be reached: connect ECONNREFUSED .*; gave up after .*\n$/);
  standIn = await startStandIn();
});

test.each([
  [["--count", "0"], "Give an integer from 1."],
  [["--seed", "4294967296"], "Give an integer from 0 to 4294967295."],
  [["--rate", "0"], "Give a number greater than 0."],
  [["--invalid-share", "1.1"], "Give a number from 0 to 1."],
  [["--invalid-share", "0.6", "--duplicate-share", "0.6"], "lower one of them"],
  [["--start", "2025-01-01"], "Give an ISO 8601 moment with an offset"],
  [["--start", "2100-01-01T00:00:00Z"], "choose an earlier --start"],
  [["--out", "/nonexistent/out"], "/nonexistent/out cannot be written"],
  [["--out", "-", "--json"], "leave one of them out"],
  [["--csv", "a.csv"], "--csv is for --transactions; add it, or use --out"],
  [["--transactions", "--csv", "a.csv", "--out", "b"], "--csv and --out both write; leave one of them out"],
  [["--transactions", "--csv", "-", "--json"], "--json and --csv - both write to standard output"],
  [["--transactions", "--csv", "-", "--rate", "5"], "--rate is for sending; leave it out with --csv"],
  [["--transactions", "--start", "2100-01-01T00:00:00Z"], "choose an earlier --start"],
  [["--speed", "3"], "unknown option '--speed'"],
])("a wrong argument is exit code 2 and says what to give: %j", async (line, words) => {
  const { code, stdout, stderr } = await run(["simulate", ...line], standIn);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(words);
  expect(standIn.requests).toBe(0);
});

test("--help is written as part of the scoreline command and is no failure", async () => {
  const { code, stdout } = await run(["simulate", "--help"], standIn);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: scoreline simulate \[options\]/);
});
