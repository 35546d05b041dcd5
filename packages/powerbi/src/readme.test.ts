import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { modelOf } from "./check/model.ts";
import { textsUnder } from "./check/project.ts";
import { modelFolder, projectFolder } from "./folders.ts";
import { pages } from "./pages/pages.ts";

const readme = readFileSync(join(projectFolder, "README.md"), "utf8");
const model = modelOf(textsUnder(modelFolder, ".tmdl"));

test("the README links only to files that exist", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(2);
  expect(links.filter((link) => !existsSync(join(projectFolder, link)))).toEqual([]);
});

test("the README names every page and every role, and no other", () => {
  const [, pageRows = "", roleRows = ""] =
    /\| page \|.*\n\|[-|]+\n([\s\S]*?)\n\n[\s\S]*\| role \|.*\n\|[-|]+\n([\s\S]*?)\n\n/.exec(readme) ?? [];
  const firstCells = (rows: string) => rows.split("\n").map((row) => row.split("|")[1]?.trim().replaceAll("`", ""));
  expect(firstCells(pageRows)).toEqual(pages.map(({ title }) => title));
  expect(firstCells(roleRows).toSorted()).toEqual(model.roles.map(({ name }) => name).toSorted());
});
