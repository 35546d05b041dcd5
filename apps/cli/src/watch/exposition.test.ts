import { describe, expect, test } from "vitest";
import { parseExposition } from "./exposition.ts";

const one = (line: string) => parseExposition(`${line}\n`)[0];

describe("Prometheus' text format", () => {
  test("a scrape becomes its samples, without comments and blank lines", () => {
    const text = [
      "# HELP a_total Things.",
      "# TYPE a_total counter",
      'a_total{topic="t",outcome="scored"} 12',
      "",
      "b 1.5e-3 1767225600000",
      "c{} 7",
    ].join("\n");
    expect(parseExposition(text)).toEqual([
      { name: "a_total", labels: { topic: "t", outcome: "scored" }, value: 12 },
      { name: "b", labels: {}, value: 0.0015 },
      { name: "c", labels: {}, value: 7 },
    ]);
  });

  test("a label's value has its escapes undone, braces and commas kept", () => {
    expect(one(String.raw`a{path="C:\\n\"x\"\n",b="},{=",} 1`)?.labels).toEqual({
      path: 'C:\\n"x"\n',
      b: "},{=",
    });
    expect(one(String.raw`a{b="\d"} 1`)?.labels).toEqual({ b: "\\d" });
  });

  test("a label named __proto__ is a label", () => {
    expect(Object.keys(one('a{__proto__="x"} 1')?.labels ?? {})).toEqual(["__proto__"]);
  });

  test.each([
    ["+Inf", Infinity],
    ["-Inf", -Infinity],
    ["NaN", Number.NaN],
    ["-3", -3],
    ["+1.5E+3", 1500],
    [".5", 0.5],
  ])("a value may be %s", (text, value) => {
    expect(one(`a ${text}`)?.value).toBe(value);
  });

  test.each([
    "<!doctype html>",
    "a",
    "a{b=1} 2",
    'a{b="1} 2',
    'a{b="1" c="2"} 3',
    "a one",
    "a 0x1f",
    "1a 2",
    "a 1 2 3",
  ])("what is no sample is refused: %s", (line) => {
    expect(() => parseExposition(line)).toThrow(/not Prometheus' text format/);
  });

  test("a long line of quotes is refused in no time", () => {
    const since = performance.now();
    expect(() => parseExposition(`a{${'b="\\",'.repeat(50_000)} 1`)).toThrow();
    expect(performance.now() - since).toBeLessThan(1_000);
  });
});
