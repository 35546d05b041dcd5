import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkTypes } from "@scoreline/contracts";
import { repositoryRoot } from "@scoreline/stack";
import { expect, test } from "vitest";
import { badInputs, badInputsTable } from "./support/badInputs.ts";

const inputs = badInputs({ own: "own", other: "other" });

test("the documentation's table of bad inputs is the one that is tried", () => {
  const text = readFileSync(join(repositoryRoot, "DOCUMENTATION.md"), "utf8");
  expect(text).toContain(badInputsTable(inputs));
});

test("each bad input has a name of its own and ends by checks that exist", () => {
  expect(new Set(inputs.map(({ name }) => name)).size).toBe(inputs.length);
  const checks = inputs.flatMap(({ end }) => (typeof end === "string" ? [] : end));
  expect(checks.filter((check) => !checkTypes.includes(check))).toEqual([]);
});
