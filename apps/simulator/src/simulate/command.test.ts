import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manualClock } from "../../test/clock.ts";
import { run } from "../../test/session.ts";
import { linesIn, resultOf, type StandIn, startStandIn } from "../../test/standIn.ts";

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
