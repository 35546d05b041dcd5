import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { textsUnder } from "./check/project.ts";
import { projectFolder } from "./folders.ts";

/** Microsoft's public JSON schemas: the tree below https://developer.microsoft.com/json-schemas. */
const folder = process.env.SCORELINE_POWERBI_SCHEMAS;
const base = "https://developer.microsoft.com/json-schemas/";
const endings = [".json", ".pbip", ".pbism", ".pbir", ".platform"];
const documents = [...textsUnder(projectFolder, ...endings)].map(([path, text]) => ({
  path,
  json: JSON.parse(text) as Record<string, unknown>,
}));
const withSchema = documents.filter(({ json }) => "$schema" in json);

if (folder === undefined)
  console.warn("SCORELINE_POWERBI_SCHEMAS is not set: the schemas of the report are not checked");

test("every document but the theme names its schema", () => {
  const without = documents.filter((document) => !withSchema.includes(document)).map(({ path }) => path);
  expect(without).toEqual(["Scoreline.Report/StaticResources/RegisteredResources/Scoreline.json"]);
  expect(withSchema.length).toBeGreaterThan(50);
});

describe.skipIf(folder === undefined)("Microsoft's schema", () => {
  // They use what Ajv's strict mode warns of, and one format, date-time, that nothing here has.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, loadSchema: read });
  const compiled = new Map<string, Promise<ValidateFunction>>();

  async function read(uri: string): Promise<object> {
    const file = join(folder ?? "", uri.slice(base.length));
    if (!uri.startsWith(base) || !existsSync(file)) throw new Error(`no schema ${uri}`);
    return JSON.parse(readFileSync(file, "utf8")) as object;
  }

  function validatorOf(uri: string): Promise<ValidateFunction> {
    const known = compiled.get(uri) ?? read(uri).then((schema) => ajv.getSchema(uri) ?? ajv.compileAsync(schema));
    compiled.set(uri, known);
    return known;
  }

  async function problemsOf(json: Record<string, unknown>): Promise<string[]> {
    const isValid = await validatorOf(String(json.$schema));
    isValid(json);
    return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  test.each(withSchema)("accepts $path", async ({ json }) => {
    expect(await problemsOf(json)).toEqual([]);
  });

  test.each([
    ["a page without a name", "page.json", "name", undefined],
    ["a visual with an unknown property", "visual.json", "colour", "red"],
    ["a report without its theme", "report.json", "themeCollection", undefined],
    ["a project without artifacts", ".pbip", "artifacts", undefined],
  ])("refuses %s", async (_, ending, key, value) => {
    const found = withSchema.find(({ path }) => path.endsWith(ending));
    const { [key]: _removed, ...rest } = found?.json ?? {};
    expect(await problemsOf(value === undefined ? rest : { ...rest, [key]: value })).not.toEqual([]);
  });
});
