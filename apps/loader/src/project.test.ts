import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeProject } from "./project.ts";

const warehouseDir = fileURLToPath(new URL("../../../warehouse", import.meta.url));
let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "loader-project-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

test("a run's project is the warehouse's own with one model a version, and none of another catalogue", async () => {
  const before = filesOf(warehouseDir);
  await makeProject(warehouseDir, stateDir, [
    { name: "old", version: "old@1", block: "applications", sql: "select 1" },
  ]);
  const model = {
    name: "int_decisions_recomputed__a_1",
    version: "a@1",
    block: "applications" as const,
    sql: "select 2",
  };
  const project = await makeProject(warehouseDir, stateDir, [model]);

  const added = filesOf(project).filter((file) => !before.includes(file));
  expect(added).toEqual([
    "models/intermediate/generated/_generated.yml",
    `models/intermediate/generated/${model.name}.sql`,
  ]);
  expect(readFileSync(join(project, added[1] ?? ""), "utf8")).toBe("select 2");
  expect(
    before.filter((file) => /^(models|macros|seeds|tests)/.test(file) && !filesOf(project).includes(file)),
  ).toEqual([]);
  expect(filesOf(warehouseDir)).toEqual(before);
});
