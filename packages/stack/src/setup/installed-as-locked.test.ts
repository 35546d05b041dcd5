import { expect, test } from "vitest";
import { installedAsLocked } from "./installed-as-locked.mjs";

const locked = {
  packages: {
    "": {},
    "packages/a": { version: "1.0.0" },
    "node_modules/zod": { version: "4.0.0", integrity: "sha512-a" },
    "node_modules/other-platform": { version: "1.0.0", optional: true },
  },
};
const installed = { packages: { "node_modules/zod": { version: "4.0.0", integrity: "sha512-a" } } };

test("an install that holds the locked packages is current, optional ones of other platforms aside", () => {
  expect(installedAsLocked(locked, installed)).toBe(true);
});

test.each([
  ["nothing is installed, or an install was interrupted", undefined],
  ["a package is missing", { packages: {} }],
  ["a version differs", { packages: { "node_modules/zod": { version: "4.0.1", integrity: "sha512-a" } } }],
  ["the content differs", { packages: { "node_modules/zod": { version: "4.0.0", integrity: "sha512-b" } } }],
  ["there is one too many", { packages: { ...installed.packages, "node_modules/left": { version: "1.0.0" } } }],
])("an install is not current when %s", (_, found) => {
  expect(installedAsLocked(locked, found)).toBe(false);
});
