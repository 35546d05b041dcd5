import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thresholdsFile } from "./folders.ts";
import { durationOf, hastened, readThresholds, secondsOf } from "./thresholds.ts";

/** Reads the thresholds as they are but for one text. */
function readWith(text: string, changed: string) {
  const folder = mkdtempSync(join(tmpdir(), "scoreline-thresholds-"));
  try {
    const file = join(folder, "thresholds.yml");
    const written = readFileSync(thresholdsFile, "utf8");
    expect(written).toContain(text);
    writeFileSync(file, written.replace(text, changed));
    return readThresholds(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a threshold that does not fit is named with what to write", () => {
  expect(() => readWith("target_down: { for: 30s }", "target_down: { for: half a minute }")).toThrow(
    /is no duration; write one such as 30s.*target_down\.for/s,
  );
  expect(() => readWith("above: 0.05", "above: 5")).toThrow(/invalid_records\.above/);
  expect(() => readWith("above: 0.05", "more_than: 0.05")).toThrow(/more_than/);
});

test("a duration has one unit", () => {
  expect(secondsOf(readThresholds().marts_stale.for)).toBe(60);
  expect(secondsOf(durationOf(90))).toBe(90);
  expect(durationOf(0.2)).toBe("1s");
});

test("a drill hastens windows and waits, and leaves shares, counts and days as they are", () => {
  const [written, fast] = [readThresholds(), hastened(readThresholds(), 10)];
  expect(fast.invalid_records).toEqual({ ...written.invalid_records, window: "12s", for: "3s" });
  expect(fast.consumer_lag.above_seconds).toBe(written.consumer_lag.above_seconds / 10);
  expect(fast.expiry).toEqual({ ...written.expiry, for: "6s" });
  expect(fast.slo.burns[0]).toMatchObject({ long: "360s", short: "30s", rate: 14.4 });
  expect(fast.slo.decision_latency).toEqual(written.slo.decision_latency);
  expect(hastened(written, 1).slo.burns.map(({ long }) => secondsOf(long))).toEqual([3_600, 21_600, 86_400, 259_200]);
});
