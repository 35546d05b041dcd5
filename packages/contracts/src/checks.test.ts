import { expect, test } from "vitest";
import { applicationFields } from "./application.ts";
import { checkOf, checkTypes } from "./checks.ts";
import { parseApplication, parseTransaction } from "./parse.ts";
import { transactionFields } from "./transaction.ts";

test("the checks are a small set without repeats, fit for a metric's label", () => {
  expect(new Set(checkTypes).size).toBe(checkTypes.length);
  expect(checkTypes.length).toBeLessThan(100);
  expect(checkTypes.filter((check) => !/^[a-z][a-z_]*$/.test(check))).toEqual([]);
});

test("every field can be missing and invalid", () => {
  for (const name of Object.keys({ ...applicationFields, ...transactionFields })) {
    expect(checkTypes).toEqual(expect.arrayContaining([`missing_${name}`, `invalid_${name}`]));
  }
});

test("every check that a record can fail is in the set", () => {
  const strange = [undefined, null, true, -1, 1e300, "", "\0", [], [null], [[]], {}, { a: 1 }, { name: {}, date: [] }];
  const names = [...Object.keys({ ...applicationFields, ...transactionFields }), "nobody", "__proto__", ""];
  const met = new Set<string>();
  for (const name of names) {
    for (const value of strange) {
      for (const parse of [parseApplication, parseTransaction]) {
        const parsed = parse(Object.fromEntries([[name, value]]), "http", 0);
        for (const { check } of parsed.ok ? [] : parsed.failures) met.add(check);
      }
    }
  }
  expect([...met].filter((check) => !checkTypes.includes(check))).toEqual([]);
  expect(met.size).toBeGreaterThan(30);
});

test("a part that has no check of its own counts for the field it is in", () => {
  expect(checkOf(["attributes", "made_up_by_a_sender"], [])).toBe("invalid_attributes");
  expect(checkOf(["score", "key_factors", 3], 5)).toBe("invalid_score_key_factors");
  expect(checkOf([], 5)).toBe("invalid_record");
});
