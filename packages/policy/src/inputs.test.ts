import { describe, expect, test } from "vitest";
import { type ApplicationFacts, inputReader, readInput } from "./inputs.ts";
import { type Input, inputMax } from "./ir.ts";

const application = (over: Partial<ApplicationFacts> = {}): ApplicationFacts => ({
  credit_score: 700,
  loan_amount_minor: 100_050,
  ...over,
});
const attribute = (type: Input["type"], over: Partial<Input> = {}): Input => ({
  name: "a",
  origin: "attribute",
  type,
  optional: true,
  ...over,
});
const decimal = (scale: number, min = -inputMax, max = inputMax) => attribute({ kind: "number", scale, min, max });
const read = (input: Input, value: unknown) => readInput(input, application({ attributes: { a: value } }));

describe("a field of the contract", () => {
  const field = (name: string): Input => ({ name, origin: "field", type: { kind: "string" }, optional: true });

  test("is read by the name of its column, money in minor units", () => {
    const facts = application({
      device_id: "d",
      applicant: { age: 30, region: "CA" },
      score: { model: "FICO 8" },
      consent: { automated_decision: true, analytics: false },
    });
    expect(
      ["credit_score", "loan_amount", "device_id", "applicant_age", "applicant_region", "score_model"].map((name) =>
        readInput(field(name), facts),
      ),
    ).toEqual([700, 100_050, "d", 30, "CA", "FICO 8"]);
    expect(readInput(field("consent_automated_decision"), facts)).toBe(true);
    expect(readInput(field("consent_analytics"), facts)).toBe(false);
  });

  test("that is absent is missing, with its group or alone", () => {
    for (const name of ["device_id", "applicant_age", "applicant_region", "score_model", "consent_analytics"]) {
      expect(readInput(field(name), application())).toBeUndefined();
      expect(readInput(field(name), application({ applicant: {}, score: {}, consent: {} }))).toBeUndefined();
    }
  });

  test("that the contract does not let a policy read is an error, an inherited name too", () => {
    for (const name of ["applicant_gender", "timestamp", "constructor"]) {
      expect(() => inputReader(field(name))).toThrow(RangeError);
    }
  });
});

describe("a number among the attributes", () => {
  test("is scaled exactly, at every scale and size that 15 digits hold", () => {
    expect(read(decimal(0), 7)).toBe(7);
    expect(read(decimal(2), 1.15)).toBe(115);
    expect(read(decimal(3), 1.005)).toBe(1005);
    expect(read(decimal(2), 4.35)).toBe(435);
    expect(read(decimal(6), -0.000001)).toBe(-1);
    expect(read(decimal(2), 9_999_999_999_999.99)).toBe(inputMax);
    expect(read(decimal(0), inputMax)).toBe(inputMax);
  });

  test("with more decimals than its scale, or more digits than 15, is missing", () => {
    for (const value of [1.005, 0.1 + 0.2, 1e-9, 1e300, 10_000_000_000_000, Number.POSITIVE_INFINITY]) {
      expect(read(decimal(2), value)).toBeUndefined();
    }
  });

  test("beyond its bounds is missing, and on them is not", () => {
    const bounded = decimal(1, 0, 5_000);
    expect([0, 500, -0.1, 500.1].map((value) => read(bounded, value))).toEqual([0, 5_000, undefined, undefined]);
  });

  test("that is a negative zero is zero", () => {
    expect(Object.is(read(decimal(2), -0), 0)).toBe(true);
  });

  test("of another JSON type is missing", () => {
    for (const value of ["7", true, null, undefined, {}, [7]]) expect(read(decimal(0), value)).toBeUndefined();
  });
});

describe("strings and booleans among the attributes", () => {
  test("are read as they are, and another JSON type is missing", () => {
    const string = attribute({ kind: "string" });
    const boolean = attribute({ kind: "boolean" });
    expect(["", "é", 7, true, null].map((value) => read(string, value))).toEqual([
      "",
      "é",
      undefined,
      undefined,
      undefined,
    ]);
    expect([true, false, "true", 0, null].map((value) => read(boolean, value))).toEqual([
      true,
      false,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("a string that is not among the values is missing", () => {
    const listed = attribute({ kind: "string" }, { values: ["car", "house"] });
    expect(["car", "Car", "boat"].map((value) => read(listed, value))).toEqual(["car", undefined, undefined]);
  });

  test("a name that every object inherits is no attribute", () => {
    const inherited = attribute({ kind: "string" }, { name: "constructor" });
    expect(readInput(inherited, application({ attributes: {} }))).toBeUndefined();
  });
});

test("a default stands in for what is missing or does not fit, and for nothing else", () => {
  const listed = attribute({ kind: "string" }, { values: ["car"], default: "car", optional: false });
  const number = attribute({ kind: "number", scale: 0, min: 0, max: 10 }, { default: 3, optional: false });
  expect([undefined, "boat", "car"].map((value) => read(listed, value))).toEqual(["car", "car", "car"]);
  expect([undefined, 11, 0, "7"].map((value) => read(number, value))).toEqual([3, 3, 0, 3]);
  expect(readInput(number, application())).toBe(3);
});
