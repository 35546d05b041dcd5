import { createHash } from "node:crypto";

/** What is told of a thing besides its name; each kind has a schema of its own at openlineage.io. */
export type Facet = { _producer: string; _schemaURL: string };
export type Facets = Record<string, Facet>;

export type Dataset = { namespace: string; name: string; facets?: Facets };
export type InputDataset = Dataset & { inputFacets?: Facets };
export type OutputDataset = Dataset & { outputFacets?: Facets };

/** An event of a run, by https://openlineage.io/spec/2-0-2/OpenLineage.json */
export type RunEvent = {
  eventType: "START" | "COMPLETE" | "FAIL";
  eventTime: string;
  producer: string;
  schemaURL: string;
  run: { runId: string; facets: Facets };
  job: { namespace: string; name: string; facets: Facets };
  inputs: InputDataset[];
  outputs: OutputDataset[];
};

const schemas = "https://openlineage.io/spec";
const schemaURL = `${schemas}/2-0-2/OpenLineage.json#/$defs/RunEvent`;
export const producer = "urn:scoreline:loader";
const jobNamespace = "scoreline";

/** The facets that are used, by the version of their schema. */
const facetVersions = {
  NominalTimeRunFacet: "1-0-1",
  ParentRunFacet: "1-2-0",
  ProcessingEngineRunFacet: "1-1-1",
  ErrorMessageRunFacet: "1-0-1",
  JobTypeJobFacet: "2-0-4",
  SQLJobFacet: "1-1-0",
  SourceCodeLocationJobFacet: "1-1-0",
  SchemaDatasetFacet: "1-2-0",
  OutputStatisticsOutputDatasetFacet: "1-0-2",
  DataQualityAssertionsDatasetFacet: "1-1-0",
} as const;

/** A facet of a kind, with what it says. */
export function facet(kind: keyof typeof facetVersions, says: object): Facet {
  return {
    _producer: producer,
    _schemaURL: `${schemas}/facets/${facetVersions[kind]}/${kind}.json#/$defs/${kind}`,
    ...says,
  };
}

/** What an event is made of; `work` is what both events of a run share. */
export type Work = {
  runId: string;
  job: string;
  jobType: "JOB" | "LOAD" | "MODEL" | "TEST";
  engine: { name: string; version: string };
  /** When the whole run was to begin. */
  nominalStart: Date;
  /** The run that this one is a part of; null for the whole. */
  parentRunId: string | null;
  startedAt: Date;
  /** Null while it goes on: then there is a START alone. */
  finishedAt: Date | null;
  /** In one line, without values of rows; null when it succeeded. */
  error: string | null;
  jobFacets?: Facets;
  inputs?: InputDataset[];
  outputs?: OutputDataset[];
};

export const wholeRun = "warehouse";

/** The events of a run: START, and how it ended with all that is told of it. */
export function eventsOf(work: Work): RunEvent[] {
  const { job, jobType, engine, finishedAt, error, jobFacets = {}, inputs = [], outputs = [] } = work;
  const processing = { processingType: "BATCH", integration: engine.name.toUpperCase(), jobType };
  const event = (eventType: RunEvent["eventType"], at: Date): RunEvent => ({
    ...{ eventType, eventTime: at.toISOString(), producer, schemaURL },
    run: { runId: work.runId, facets: runFacets(work) },
    job: { namespace: jobNamespace, name: job, facets: { jobType: facet("JobTypeJobFacet", processing) } },
    inputs: inputs.map(named),
    outputs: outputs.map(named),
  });
  const start = event("START", work.startedAt);
  if (finishedAt === null) return [start];
  const end = event(error === null ? "COMPLETE" : "FAIL", finishedAt);
  Object.assign(end.job.facets, jobFacets);
  if (error !== null) {
    end.run.facets.errorMessage = facet("ErrorMessageRunFacet", { message: error, programmingLanguage: "SQL" });
  }
  return [start, { ...end, inputs, outputs }];
}

function named({ namespace, name }: Dataset): Dataset {
  return { namespace, name };
}

function runFacets({ engine, nominalStart, parentRunId }: Work): Facets {
  const facets: Facets = {
    nominalTime: facet("NominalTimeRunFacet", { nominalStartTime: nominalStart.toISOString() }),
    processing_engine: facet("ProcessingEngineRunFacet", engine),
  };
  if (parentRunId === null) return facets;
  const parent = { run: { runId: parentRunId }, job: { namespace: jobNamespace, name: wholeRun } };
  return { ...facets, parent: facet("ParentRunFacet", parent) };
}

/** The run of a part of a whole run: always the same UUID (version 5, RFC 9562) for the same two. */
export function partOf(runId: string, job: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(runId.replaceAll("-", ""), "hex"))
    .update(job)
    .digest();
  const bytes = hash.subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * The namespace of a server's datasets by its connection string: scheme, first host and port, without user and password.
 * A regular expression, for a MongoDB string may name several hosts, which is no URL.
 */
export function namespaceOf(connectionString: string, defaultPort: number): string {
  const [, scheme = "", host = ""] = /^([a-z]+)[^:]*:\/\/(?:[^/]*@)?([^/?,]*)/.exec(connectionString) ?? [];
  const authority = /:\d+$/.test(host) ? host : `${host}:${defaultPort}`;
  return `${scheme.replace("postgresql", "postgres")}://${authority}`;
}
