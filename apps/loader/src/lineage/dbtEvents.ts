import type { Build } from "../dbt.ts";
import { type ManifestNode, relationOf, testedNode } from "../dbtManifest.ts";
import { type NodeResult, readTimes, rowsWritten } from "../dbtResults.ts";
import { type Dataset, eventsOf, type Facets, facet, partOf, type RunEvent, type Work } from "./events.ts";

/** The run that a build is a part of, and where its datasets lie. */
export type BuildContext = {
  runId: string;
  nominalStart: Date;
  /** Of the warehouse's server, and the name of its database. */
  namespace: string;
  database: string;
  commit: string | null;
};

/** The events of a build: a run for each model, and one for the tests of each model or source. */
export function dbtEvents(build: Build, context: BuildContext): RunEvent[] {
  const ran = build.results.filter(({ status }) => status !== "skipped");
  const models = ran.flatMap((result) => {
    const node = build.manifest.get(result.unique_id);
    return node?.resource_type === "model" ? [modelWork(build, context, node, result)] : [];
  });
  return [...models, ...testWorks(build, context, ran)].flatMap(eventsOf);
}

function modelWork(build: Build, context: BuildContext, node: ManifestNode, result: NodeResult): Work {
  const rows = rowsWritten(result.adapter_response.rows_affected);
  const statistics =
    rows === null ? {} : { outputStatistics: facet("OutputStatisticsOutputDatasetFacet", { rowCount: rows }) };
  const inputs = node.depends_on.nodes.flatMap((id) => {
    const input = build.manifest.get(id);
    return input ? [datasetOf(input, context)] : [];
  });
  return {
    ...workOf(build, context, `warehouse.${node.name}`, [result]),
    jobType: "MODEL",
    error: result.status === "success" ? null : firstLine(result),
    jobFacets: codeFacets(node, result, context),
    inputs,
    outputs: [{ ...datasetOf(node, context), outputFacets: statistics }],
  };
}

/** Tests say what holds for a dataset: one run for all tests of one, which fails when one that must hold does not. */
function testWorks(build: Build, context: BuildContext, results: readonly NodeResult[]): Work[] {
  const byNode = new Map<ManifestNode, { test: ManifestNode; result: NodeResult }[]>();
  for (const result of results) {
    const test = build.manifest.get(result.unique_id);
    const tested = test?.resource_type === "test" ? testedNode(build.manifest, test) : undefined;
    if (test && tested) byNode.set(tested, [...(byNode.get(tested) ?? []), { test, result }]);
  }
  return [...byNode].map(([node, tests]) => {
    const assertions = tests.map(({ test, result }) => assertionOf(test, result));
    const red = tests.filter(({ result }) => ["fail", "error"].includes(result.status)).map(({ test }) => test.name);
    const inputFacets: Facets = { dataQualityAssertions: facet("DataQualityAssertionsDatasetFacet", { assertions }) };
    const job = `warehouse.${relationOf(node)}.tests`;
    return {
      ...workOf(
        build,
        context,
        job,
        tests.map(({ result }) => result),
      ),
      jobType: "TEST",
      error: red.length === 0 ? null : `tests failed: ${red.join(", ")}`,
      inputs: [{ ...datasetOf(node, context), inputFacets }],
    };
  });
}

function assertionOf(test: ManifestNode, { status }: NodeResult) {
  const severity = test.config.severity?.toLowerCase() ?? "error";
  const column = test.column_name ? { column: test.column_name } : {};
  return {
    assertion: test.test_metadata?.name ?? test.name,
    success: status === "pass",
    ...column,
    severity,
    name: test.name,
  };
}

function workOf(build: Build, context: BuildContext, job: string, results: readonly NodeResult[]) {
  const times = results.map(readTimes);
  return {
    ...{ runId: partOf(context.runId, job), job, parentRunId: context.runId, nominalStart: context.nominalStart },
    engine: { name: "dbt", version: build.dbtVersion },
    startedAt: new Date(Math.min(...times.map(({ startedAt }) => startedAt.getTime()))),
    finishedAt: new Date(Math.max(...times.map(({ finishedAt }) => finishedAt.getTime()))),
  };
}

function codeFacets(node: ManifestNode, { compiled_code }: NodeResult, { commit }: BuildContext): Facets {
  const facets: Facets = {};
  if (compiled_code) facets.sql = facet("SQLJobFacet", { query: compiled_code, dialect: "postgres" });
  // The models of policy versions are made for a run and lie in no repository.
  if (node.original_file_path.includes("/generated/")) return facets;
  const path = `warehouse/${node.original_file_path}`;
  const version = commit === null ? {} : { version: commit };
  const location = { type: "git", url: `urn:scoreline:${path}`, path, ...version };
  return { ...facets, sourceCodeLocation: facet("SourceCodeLocationJobFacet", location) };
}

function datasetOf(node: ManifestNode, { namespace, database }: BuildContext): Dataset {
  const fields = Object.values(node.columns).map(({ name, data_type, description }) => ({
    name,
    ...(data_type && { type: data_type }),
    ...(description && { description }),
  }));
  const facets = fields.length === 0 ? {} : { facets: { schema: facet("SchemaDatasetFacet", { fields }) } };
  return { namespace, name: `${database}.${relationOf(node)}`, ...facets };
}

/** dbt's first line says where; those behind it are the database's and may quote a row's values. */
function firstLine({ message, status }: NodeResult): string {
  return message?.trim().split("\n")[0] || status;
}
