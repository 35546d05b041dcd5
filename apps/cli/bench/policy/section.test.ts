import { expect, test } from "vitest";
import { rowsOf } from "./section.ts";

test("a round of a bench is a thousand decisions", () => {
  const benchmarks = [{ name: "default policy", hz: 680.6134, rme: 34.01084, samples: [] }];
  const fullName = "packages/policy/bench/decide.bench.ts > 1000 decisions > with reasons";
  expect(rowsOf({ files: [{ groups: [{ fullName, benchmarks }] }] })).toEqual([
    { group: "1000 decisions > with reasons", name: "default policy", decisions_per_s: 680_613, error_percent: 34.01 },
  ]);
});
