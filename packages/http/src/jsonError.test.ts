import { expect, test } from "vitest";
import { locateJsonError } from "./jsonError.ts";

test.each([
  ["", 1, 1],
  ['{"a":1', 1, 7],
  ['{"a":1,}', 1, 8],
  ['{"a" 1}', 1, 6],
  ["{'a':1}", 1, 2],
  ["[1,,2]", 1, 4],
  ["[1 2]", 1, 4],
  ["[1]]", 1, 4],
  ["{}\n{}", 2, 1],
  ['{\n  "a": tru\n}', 2, 8],
  ['"a\tb"', 1, 1],
  ["[01]", 1, 3],
  ["nul", 1, 1],
  ['{"a":NaN}', 1, 6],
])("%j stops being JSON at line %i, column %i", (source, line, column) => {
  expect(() => JSON.parse(source)).toThrow(SyntaxError);
  expect(locateJsonError(source)).toEqual({ line, column });
});

test("the place is never behind the fault", () => {
  const whole = '{"a":[1,-2.5e3,{"b":null}],"c":"\\u00e9\\n","d":{"e":[]}}';
  for (let at = 0; at < whole.length; at += 1) {
    const broken = `${whole.slice(0, at)}\u0001${whole.slice(at)}`;
    const { column } = locateJsonError(broken);
    expect(column).toBeLessThanOrEqual(at + 1);
  }
});

test("nesting of any depth is walked without recursion", () => {
  expect(locateJsonError(`${"[".repeat(200_000)}x`)).toEqual({ line: 1, column: 200_001 });
});
