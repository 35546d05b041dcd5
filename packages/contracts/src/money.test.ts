import { describe, expect, test } from "vitest";
import { amountMinorMax, formatMinorUnits, Money } from "./money.ts";

function read(json: string): number | string {
  const result = Money.safeParse(JSON.parse(json));
  return result.success ? result.data : (result.error.issues[0]?.message ?? "");
}

describe("an amount is exact", () => {
  test.each([
    ["0.30", 30],
    ["19.99", 1999],
    ["1.1", 110],
    ["4.35", 435],
    ["8.2e3", 820_000],
    ["1E2", 10_000],
    ["0.01", 1],
    ["9999999999.99", amountMinorMax],
    ['"0.30"', 30],
    ['"1250"', 125_000],
    ['"1250.5"', 125_050],
    ['"0001.00"', 100],
    ['"9999999999.99"', amountMinorMax],
  ])("%s is %i minor units", (json, minor) => {
    expect(read(json)).toBe(minor);
  });

  test("amounts of two decimals up to 50,000.00 read as themselves, as a number and as a string", () => {
    const wrong: string[] = [];
    for (let minor = 1; minor <= 5_000_000; minor += 97) {
      const text = formatMinorUnits(minor);
      if (read(text.replace(/^0+(?=\d)/, "")) !== minor || read(JSON.stringify(text)) !== minor) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  test("minor units are written with two decimals", () => {
    expect([1, 30, 100, 125_000, amountMinorMax].map(formatMinorUnits)).toEqual([
      "0.01",
      "0.30",
      "1.00",
      "1250.00",
      "9999999999.99",
    ]);
  });
});

describe("an amount is never rounded", () => {
  test.each([String(0.1 + 0.2), "1.005", "0.001", "1e-7", "10.999999", '"1.005"', '"0.30000000000000004"'])(
    "%s is refused for its decimals",
    (json) => {
      expect(read(json)).toMatch(/; it must have at most two decimals \(it is not rounded\)$/);
    },
  );
});

describe("an amount is positive and bounded", () => {
  test.each(["0", "0.00", "-0", '"0"', '"0.00"', "-5", "-0.01", '"-5"', '"-0.01"'])("%s is refused", (json) => {
    expect(read(json)).toMatch(/must be greater than 0$/);
  });

  test.each(["10000000000", "1e300", "1e999", '"10000000000"', '"99999999999.99"'])(
    "%s is refused with the largest amount",
    (json) => {
      expect(read(json)).toMatch(/9999999999\.99$/);
    },
  );

  test.each(['"1e3"', '"1,250.00"', '"1 250"', '" 5"', '"+5"', '"5."', '".5"', '""', '"abc"', '"NaN"', '"Infinity"'])(
    "the string %s is refused with an example",
    (json) => {
      expect(read(json)).toMatch(/; send an amount such as "1250\.00"/);
    },
  );

  test.each(["true", "[]", "[5]", "{}", "null"])("%s is refused with what to send", (json) => {
    expect(read(json)).toMatch(/; send a number or a string such as "1250\.00"$/);
  });
});
