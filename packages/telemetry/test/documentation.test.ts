import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { catalogue, type MetricDefinition } from "../src/catalogue.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const definitions: MetricDefinition[] = Object.values(catalogue);

/** A metric as the documentation's table has it. */
function rowOf({ name, kind, labels, help }: MetricDefinition): string {
  return `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help.slice(0, -1)} |`;
}

test("the documentation's table has every metric, with its kind, labels and meaning, and no other", () => {
  const documentation = readFileSync(join(root, "DOCUMENTATION.md"), "utf8");
  const [, section = ""] = documentation.split("\n### Metrics\n");
  const rows = section.split("\n").filter((line) => /^\| `[a-z_]+` \| (counter|gauge|histogram) \|/.test(line));
  expect(rows).toEqual(definitions.map(rowOf));
});

/** The sources of the apps and of what they share, without the catalogue and tests. */
function sources(): string[] {
  const apps = readdirSync(join(root, "apps"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = [...apps.map(({ name }) => `apps/${name}/src`), "packages/http/src", "packages/telemetry/src"];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.ts$/.test(file) && !/(\.test|catalogue)\.ts$/.test(file))
      .map((file) => readFileSync(join(root, folder, file), "utf8")),
  );
}

test("every metric of the catalogue is kept by some app", () => {
  const texts = sources();
  const unused = Object.keys(catalogue).filter((key) => !texts.some((text) => text.includes(`"${key}"`)));
  expect(unused).toEqual([]);
});
