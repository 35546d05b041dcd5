import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { reportFolder } from "./folders.ts";
import { pages } from "./pages/pages.ts";
import { reportFiles } from "./report/report.ts";

// What a page no longer has must not stay behind; `.platform` is not generated and stays.
for (const folder of ["definition", "StaticResources"])
  rmSync(join(reportFolder, folder), { recursive: true, force: true });
for (const [path, content] of reportFiles(pages)) {
  const file = join(reportFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
