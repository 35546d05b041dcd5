import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles, generatedFolders } from "./files.ts";
import { monitoringFolder } from "./folders.ts";
import { readThresholds } from "./thresholds.ts";

// All is made before anything is taken away; what is made no longer must not stay behind.
const files = generatedFiles(readThresholds());
for (const folder of generatedFolders) rmSync(join(monitoringFolder, folder), { recursive: true, force: true });
for (const [path, text] of files) {
  const file = join(monitoringFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
