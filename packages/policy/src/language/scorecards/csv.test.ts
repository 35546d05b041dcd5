import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv } from "./csv.ts";

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\r\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["\ufeffa\n1", [["a"], ["1"]]],
  ['a\n"x, ""y""\nz"\n', [["a"], ['x, "y"\nz']]],
  [
    "a,,\n\n,b,\n",
    [
      ["a", "", ""],
      ["", "b", ""],
    ],
  ],
  ["", []],
])("%j is read", (text, records) => {
  expect(parseCsv(text)).toEqual(records);
});

test.each(['a\n"x', 'a\n"x"y', 'a\nx"y'])("%j is no CSV", (text) => {
  expect(parseCsv(text)).toBeUndefined();
});

test("what is written by RFC 4180 is read back", () => {
  const field = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      (records) => {
        expect(parseCsv(records.map((record) => record.map(quoted).join(",")).join("\r\n"))).toEqual(records);
      },
    ),
  );
});
