import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { reasonsCsv } from "./reasonsCsv.ts";

test("the warehouse's reasons.csv is what the contracts give (npm run generate writes it)", async () => {
  const committed = await readFile(new URL("../../../warehouse/seeds/reasons.csv", import.meta.url), "utf8");
  expect(committed).toBe(reasonsCsv());
});

test("an internal reason has no wording to show, and a comma stays in its field", () => {
  const rows = reasonsCsv().split("\n");
  expect(rows).toContain("SUSPECTED_FRAUD,,true");
  expect(rows).toContain('PUBLIC_RECORD,"Public record of collection action, judgment or bankruptcy",false');
});
