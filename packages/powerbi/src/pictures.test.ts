import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pages } from "./pages/pages.ts";

const measures = JSON.parse(readFileSync(new URL("../pictures/measures.json", import.meta.url), "utf8")) as object;

test("the pictures have SQL for every measure that a page draws, and for no other", () => {
  const roles = pages.flatMap(({ visuals }) => visuals.flatMap(({ roles = {} }) => Object.entries(roles)));
  const drawn = roles.filter(([role]) => role !== "Tooltips").flatMap(([, fields]) => fields);
  const names = drawn.filter(({ kind }) => kind === "Measure").map(({ name }) => name);
  expect(Object.keys(measures).toSorted()).toEqual([...new Set(names)].toSorted());
});
