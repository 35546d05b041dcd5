import { type Dataset, eventsOf, facet, partOf, type RunEvent } from "./events.ts";

/** A load of all tables, which succeeds or fails as one. */
export type LoadWork = {
  runId: string;
  nominalStart: Date;
  startedAt: Date;
  finishedAt: Date;
  /** Each table with where it comes from, and its rows; null when the load failed. */
  tables: { table: string; from: Dataset; to: Dataset; rows: number | null }[];
  failed: boolean;
};

export const loaderEngine = { name: "scoreline", version: "0.1.0" } as const;

/** The events of a load: a run for each table. */
export function loadEvents({ runId, nominalStart, startedAt, finishedAt, tables, failed }: LoadWork): RunEvent[] {
  return tables.flatMap(({ table, from, to, rows }) =>
    eventsOf({
      ...{ runId: partOf(runId, `load.${table}`), job: `load.${table}`, jobType: "LOAD", parentRunId: runId },
      ...{ engine: loaderEngine, nominalStart, startedAt, finishedAt },
      // The stores' own words may quote a row's values.
      error: failed ? "the load failed and brought nothing; creditdb.metadata_table says why" : null,
      inputs: [from],
      outputs: [
        rows === null
          ? to
          : {
              ...to,
              outputFacets: { outputStatistics: facet("OutputStatisticsOutputDatasetFacet", { rowCount: rows }) },
            },
      ],
    }),
  );
}
