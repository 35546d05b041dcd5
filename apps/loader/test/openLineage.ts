import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { z } from "zod";
import type { RunEvent } from "../src/lineage/events.ts";

/**
 * What https://openlineage.io/spec/2-0-2/OpenLineage.json and the facets' schemas ask for, in our own words and stricter: of
 * facets only those that we send. The project's own files (Apache-2.0) are not held here; name a checkout's `spec` folder by
 * SCORELINE_OPENLINEAGE_SPEC, and every event is held against them too.
 */
const specUrl = "https://openlineage.io/spec/";
const Moment = z.iso.datetime();

const facetFields = {
  NominalTimeRunFacet: { nominalStartTime: Moment },
  ParentRunFacet: {
    run: z.strictObject({ runId: z.uuid() }),
    job: z.strictObject({ namespace: z.string().min(1), name: z.string().min(1) }),
  },
  ProcessingEngineRunFacet: { name: z.string(), version: z.string().min(1) },
  ErrorMessageRunFacet: { message: z.string().min(1), programmingLanguage: z.string() },
  JobTypeJobFacet: { processingType: z.literal("BATCH"), integration: z.string(), jobType: z.string() },
  SQLJobFacet: { query: z.string().min(1), dialect: z.string() },
  SourceCodeLocationJobFacet: {
    type: z.literal("git"),
    url: z.url(),
    path: z.string().regex(/^warehouse\/[\w/.-]+\.sql$/),
    version: z.string().optional(),
  },
  SchemaDatasetFacet: {
    fields: z.array(
      z.strictObject({ name: z.string(), type: z.string().optional(), description: z.string().optional() }),
    ),
  },
  OutputStatisticsOutputDatasetFacet: { rowCount: z.int().nonnegative() },
  DataQualityAssertionsDatasetFacet: {
    assertions: z
      .array(
        z.strictObject({
          ...{ assertion: z.string(), success: z.boolean(), column: z.string().optional() },
          ...{ severity: z.enum(["error", "warn"]), name: z.string() },
        }),
      )
      .min(1),
  },
};

function facet(kind: keyof typeof facetFields) {
  const _schemaURL = z.string().regex(new RegExp(`^${specUrl}facets/\\d-\\d-\\d/${kind}\\.json#/\\$defs/${kind}$`));
  return z.strictObject({ _producer: z.url(), _schemaURL, ...facetFields[kind] }).optional();
}

const dataset = {
  namespace: z.string().regex(/^(postgres|mongodb):\/\/[^/@]+:\d+$/),
  name: z.string().min(3),
  facets: z.strictObject({ schema: facet("SchemaDatasetFacet") }).optional(),
};

export const SpecRunEvent = z.strictObject({
  eventType: z.enum(["START", "COMPLETE", "FAIL"]),
  eventTime: Moment,
  producer: z.url(),
  schemaURL: z.literal(`${specUrl}2-0-2/OpenLineage.json#/$defs/RunEvent`),
  run: z.strictObject({
    runId: z.uuid(),
    facets: z.strictObject({
      nominalTime: facet("NominalTimeRunFacet"),
      parent: facet("ParentRunFacet"),
      processing_engine: facet("ProcessingEngineRunFacet"),
      errorMessage: facet("ErrorMessageRunFacet"),
    }),
  }),
  job: z.strictObject({
    namespace: z.literal("scoreline"),
    name: z.string().min(1),
    facets: z.strictObject({
      jobType: facet("JobTypeJobFacet"),
      sql: facet("SQLJobFacet"),
      sourceCodeLocation: facet("SourceCodeLocationJobFacet"),
    }),
  }),
  inputs: z.array(
    z.strictObject({
      ...dataset,
      inputFacets: z.strictObject({ dataQualityAssertions: facet("DataQualityAssertionsDatasetFacet") }).optional(),
    }),
  ),
  outputs: z.array(
    z.strictObject({
      ...dataset,
      outputFacets: z.strictObject({ outputStatistics: facet("OutputStatisticsOutputDatasetFacet") }).optional(),
    }),
  ),
});

const folder = process.env.SCORELINE_OPENLINEAGE_SPEC ?? "";
const present = existsSync(join(folder, "OpenLineage.json"));
if (!present)
  console.log("SCORELINE_OPENLINEAGE_SPEC names no folder: events are held against our own words of it alone");

const files = present
  ? ["OpenLineage.json", ...readdirSync(join(folder, "facets")).map((name) => `facets/${name}`)].filter((name) =>
      name.endsWith(".json"),
    )
  : [];
const ajv = new Ajv2020({ strict: false, validateFormats: false });
for (const file of files) ajv.addSchema(JSON.parse(readFileSync(join(folder, file), "utf8")));

/** What is wrong with events by the specification, each with what it says; empty where nothing is. */
export function specProblems(events: readonly unknown[]): string[] {
  return events.flatMap((event) => {
    const read = SpecRunEvent.safeParse(event);
    if (!read.success) return [`${JSON.stringify(event).slice(0, 300)}: ${z.prettifyError(read.error)}`];
    return present ? fileProblems(read.data as RunEvent) : [];
  });
}

/** An event against the project's own files: the event itself, and each facet by the schema that it names. */
function fileProblems(event: RunEvent): string[] {
  const datasets = [...event.inputs, ...event.outputs];
  const facets = [
    ...[event.run.facets, event.job.facets, ...datasets.map((each) => each.facets ?? {})],
    ...datasets.map((each) => ({ ...("inputFacets" in each ? each.inputFacets : {}) })),
    ...datasets.map((each) => ({ ...("outputFacets" in each ? each.outputFacets : {}) })),
  ].flatMap((each) => Object.values(each));
  const checked: [ValidateFunction | undefined, unknown][] = [
    [ajv.getSchema(event.schemaURL), event],
    ...facets.map((each): [ValidateFunction | undefined, unknown] => [ajv.getSchema(each._schemaURL), each]),
  ];
  return checked.flatMap(([validate, value]) => {
    if (validate?.(value)) return [];
    return [`${JSON.stringify(value).slice(0, 300)}: ${validate ? ajv.errorsText(validate.errors) : "no such schema"}`];
  });
}
