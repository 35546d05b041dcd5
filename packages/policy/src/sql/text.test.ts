import { describe, expect, test } from "vitest";
import { constantSql, decimalText, heldArray, quoteName, quoteText } from "./text.ts";

describe("a string constant", () => {
  test("of plain ASCII stands between quotes, its own doubled", () => {
    expect(quoteText("")).toBe("''");
    expect(quoteText("Risky transaction, 15 %")).toBe("'Risky transaction, 15 %'");
    expect(quoteText("it's '' \"so\"")).toBe("'it''s '''' \"so\"'");
  });

  test("of anything else is plain ASCII by code points, so that no file or encoding on its way can change it", () => {
    expect(quoteText("é")).toBe("U&'\\+0000e9'");
    expect(quoteText("e\u0301")).toBe("U&'e\\+000301'");
    expect(quoteText("😀")).toBe("U&'\\+01f600'");
    expect(quoteText("a\r\nb")).toBe("U&'a\\+00000d\\+00000ab'");
    expect(quoteText("\\'; drop table x; --")).toBe("U&'\\+00005c\\+000027; drop table x; --'");
  });

  test("with braces cannot speak to a template", () => {
    expect(quoteText("{{ config() }} {% x %}")).not.toMatch(/[{}]/);
  });
});

test("a name stands between double quotes, its own doubled", () => {
  expect(quoteName('a"b')).toBe('"a""b"');
});

describe("a scaled integer is written exactly", () => {
  test.each([
    [0, 0, "0"],
    [0, 2, "0.00"],
    [5, 2, "0.05"],
    [-5, 2, "-0.05"],
    [-1250, 2, "-12.50"],
    [999_999_999_999_999, 6, "999999999.999999"],
    [Number.MAX_SAFE_INTEGER, 0, "9007199254740991"],
  ])("%d at scale %d is %s", (scaled, scale, text) => {
    expect(decimalText(scaled, scale)).toBe(text);
  });

  test("and a negative one stands in parentheses, for `- -5` would begin a comment", () => {
    expect(constantSql(-5, { kind: "number", scale: 0, min: -5, max: -5 })).toBe("(-5)");
  });
});

test("an array of what holds has a type even when it is empty", () => {
  expect(heldArray([], "text")).toBe("array[]::text[]");
  expect(heldArray([{ when: "a", value: "'x'" }], "text")).toBe(
    "array_remove(array[case when a then 'x' end]::text[], null)",
  );
});
