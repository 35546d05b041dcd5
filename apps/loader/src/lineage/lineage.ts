import type { Build } from "../dbt.ts";
import { dbtEvents } from "./dbtEvents.ts";
import { type Dataset, eventsOf, namespaceOf, type RunEvent, type Work, wholeRun } from "./events.ts";
import { loadEvents, loaderEngine } from "./loadEvents.ts";
import type { Transport } from "./transport.ts";

const defaultPorts = { postgres: 5432, mongodb: 27_017 };

/** Where the datasets of a run lie, as connection strings, and the code's commit. */
export type LineagePlaces = { creditdbUrl: string; warehouseUrl: string; mongoUrl: string; commit: string | null };

/** A table that was loaded: `documents` are MongoDB's. */
export type LoadedTable = { table: string; documents: string | null; rows: number | null };

/**
 * Tells a run as OpenLineage events, part by part. A transport that does not take them is told of once, and the run goes
 * on without: lineage is never worth a run, nor more time than a transport's own bound.
 */
export class Lineage {
  readonly #transport: Transport | null;
  readonly #onNotice: (notice: string) => void;
  readonly #places: LineagePlaces;
  readonly #whole: Pick<Work, "runId" | "nominalStart">;
  #isAway = false;

  constructor(
    runId: string,
    places: LineagePlaces,
    { transport, onNotice }: { transport: Transport | null; onNotice: (notice: string) => void },
  ) {
    this.#transport = transport;
    this.#onNotice = onNotice;
    this.#places = places;
    this.#whole = { runId, nominalStart: new Date() };
  }

  begin(): Promise<void> {
    return this.#tell(() => this.#wholeEvents(null, null));
  }

  loaded(startedAt: Date, tables: readonly LoadedTable[]): Promise<void> {
    const failed = tables.every(({ rows }) => rows === null);
    const named = tables.map(({ table, documents, rows }) => {
      return { table, rows, from: this.#source(table, documents), to: this.#warehouse(`raw.${table}`) };
    });
    const work = { ...this.#whole, startedAt, finishedAt: new Date(), tables: named, failed };
    return this.#tell(() => loadEvents(work));
  }

  built(build: Build): Promise<void> {
    const { namespace, name } = this.#warehouse("");
    const context = { ...this.#whole, namespace, database: name.slice(0, -1), commit: this.#places.commit };
    return this.#tell(() => dbtEvents(build, context));
  }

  /** Tells the end of the whole run alone: its START is told already. */
  end(succeeded: boolean): Promise<void> {
    const error = succeeded ? null : "a part of the run failed; its own event says which";
    return this.#tell(() => this.#wholeEvents(new Date(), error).slice(1));
  }

  #wholeEvents(finishedAt: Date | null, error: string | null): RunEvent[] {
    const { nominalStart } = this.#whole;
    const part = { job: wholeRun, jobType: "JOB", engine: loaderEngine, parentRunId: null } as const;
    return eventsOf({ ...this.#whole, ...part, startedAt: nominalStart, finishedAt, error });
  }

  #source(table: string, documents: string | null): Dataset {
    if (documents === null) return datasetIn(this.#places.creditdbUrl, `public.${table}`);
    return { namespace: namespaceOf(this.#places.mongoUrl, defaultPorts.mongodb), name: `${documents}.${table}` };
  }

  #warehouse(relation: string): Dataset {
    return datasetIn(this.#places.warehouseUrl, relation);
  }

  async #tell(events: () => RunEvent[]): Promise<void> {
    if (this.#transport === null || this.#isAway) return;
    try {
      await this.#transport.send(events());
    } catch (error) {
      this.#isAway = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#onNotice(`lineage is not told any more in this run: ${this.#transport.name} did not take it (${reason})`);
    }
  }
}

function datasetIn(url: string, relation: string): Dataset {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  return { namespace: namespaceOf(url, defaultPorts.postgres), name: `${database}.${relation}` };
}
