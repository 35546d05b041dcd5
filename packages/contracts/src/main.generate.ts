import { mkdir, writeFile } from "node:fs/promises";
import { jsonSchemas } from "./jsonSchema.ts";
import { reasonsCsv } from "./reasonsCsv.ts";

const folder = new URL("../schemas/", import.meta.url);

await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
  await writeFile(new URL(`${name}.schema.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
await writeFile(new URL("../../../warehouse/seeds/reasons.csv", import.meta.url), reasonsCsv());
