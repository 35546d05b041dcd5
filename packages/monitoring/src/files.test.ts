import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedFiles, generatedFolders } from "./files.ts";
import { monitoringFolder } from "./folders.ts";
import { readThresholds, Thresholds } from "./thresholds.ts";

test("what is committed is what the code makes; `npm run generate` mends it", () => {
  for (const [path, text] of generatedFiles(readThresholds()))
    expect(readFileSync(join(monitoringFolder, path), "utf8"), path).toBe(text);
});

test("a folder of generated files holds nothing else", () => {
  const made = [...generatedFiles(readThresholds()).keys()];
  const there = generatedFolders.flatMap((folder) =>
    readdirSync(join(monitoringFolder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(monitoringFolder.length)),
  );
  expect(there.map((path) => path.replace(/^\//, "")).filter((path) => !made.includes(path))).toEqual([]);
});

test("no threshold is idle: each, changed, changes a file", { timeout: 120_000 }, () => {
  const before = read(readThresholds());
  for (const { path, changed } of changes(readThresholds()))
    expect(read(Thresholds.parse(changed)), `${path} changes nothing`).not.toEqual(before);
});

function read(thresholds: Thresholds): string[] {
  return [...generatedFiles(thresholds).values()];
}

/** The thresholds with one of them changed, for each of them. */
function changes(thresholds: object): { path: string; changed: unknown }[] {
  return Object.entries(thresholds).flatMap(([name, value]: [string, unknown]) => {
    const put = (path: string, changed: unknown) => {
      const copy = Array.isArray(thresholds) ? [...thresholds] : { ...thresholds };
      return { path, changed: Object.assign(copy, { [name]: changed }) };
    };
    if (typeof value === "object" && value !== null)
      return changes(value).map(({ path, changed }) => put(`${name}.${path}`, changed));
    return [put(name, another(value))];
  });
}

function another(value: unknown): unknown {
  if (value === "critical" || value === "warning") return value === "critical" ? "warning" : "critical";
  if (typeof value === "number") return value < 1 ? value * 0.9 : value === 1 ? 5 : value * 2;
  return /^\d+[smhd]$/.test(String(value)) ? `7${String(value)}` : `${String(value)}x`;
}
