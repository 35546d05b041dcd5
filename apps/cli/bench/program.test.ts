import { CommanderError } from "commander";
import { expect, test, vi } from "vitest";
import { parseArguments } from "./program.ts";

const parse = (...words: string[]) => parseArguments(words, ["policy", "scorer"]);

test("without arguments everything is measured", () => {
  expect(parse()).toEqual({
    only: ["policy", "scorer"],
    json: false,
    records: 1_000_000,
    narrow: false,
    processes: [1, 2, 4],
    steadySeconds: 15,
    rounds: 5,
    policy: undefined,
  });
});

test("arguments say what is measured, and how it is told", () => {
  const words = "--only scorer --json --records 5000 --processes 4,1,4 --steady 3 --rounds 2 --policy velocity";
  expect(parse(...words.split(" "))).toEqual({
    only: ["scorer"],
    json: true,
    records: 5_000,
    narrow: false,
    processes: [1, 4],
    steadySeconds: 3,
    rounds: 2,
    policy: "velocity",
  });
  expect(parse("--quick").records).toBe(200_000);
  expect(parse("--only", "scorer,policy", "--narrow")).toMatchObject({ only: ["scorer", "policy"], narrow: true });
});

test.each([
  ["a section that there is not", ["--only", "scorer,warehous"], 'no section "warehous"; there are policy, scorer'],
  ["too few records", ["--records", "999"], "at least 1000"],
  ["records that are no number", ["--records", "1e"], "at least 1000"],
  ["two numbers of records", ["--quick", "--records", "5000"], "cannot be used with"],
  ["a policy that is not shipped", ["--policy", "fast"], "default, velocity"],
  ["a narrow run with a policy", ["--narrow", "--policy", "velocity"], "cannot be used with"],
  ["no processes", ["--processes", "0"], "from 1 to 6"],
  ["more processes than partitions", ["--processes", "1,7"], "from 1 to 6"],
  ["no time for a latency", ["--steady", "0"], "at least 1"],
  ["no rounds", ["--rounds", "0"], "at least 1"],
  ["an unknown option", ["--fast"], "unknown option"],
  ["a word too many", ["scorer"], "too many arguments"],
])("%s is refused", (_, words, reason) => {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    expect(() => parse(...words)).toThrow(CommanderError);
    expect(said.mock.calls.join("")).toContain(reason);
  } finally {
    said.mockRestore();
  }
});
