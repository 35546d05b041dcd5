import type { Failure } from "@scoreline/contracts";
import type { InputFile } from "../adapters/files.ts";
import { UsageError } from "../errors.ts";
import { report, type Session } from "../session.ts";
import { Tally } from "../tally.ts";
import { type Outgoing, sendInLanes } from "../transport/lanes.ts";
import { paced } from "../transport/pace.ts";
import { type Answer, postTo, type RecordKind } from "../transport/post.ts";
import { Server } from "../transport/retry.ts";
import { writeHistory } from "./history.ts";
import { checkColumns, mapRow } from "./mapping.ts";
import { type Mapping, readMapping } from "./mappingFile.ts";
import { Rejects } from "./rejects.ts";
import { csvRows, jsonRows, type Row } from "./rows.ts";
import { targetsOf } from "./targets.ts";

export type ReplayArguments = {
  file: string;
  map: string;
  /** Records a second; without it, as fast as the server takes them. */
  rate?: number;
  /** At most so many rows. */
  limit?: number;
  /** Write each row that was not accepted to this file, one JSON object a line. */
  rejects?: string;
  /** Send nothing: write the applications to standard output for the warehouse, and the summary to standard error. */
  history?: boolean;
  json?: boolean;
};

type Replayed = Outgoing & { fileLine: number; recordId: string };

/** Gives each of `source` its answer, whoever gives it. */
type Deliver = (source: AsyncIterable<Replayed>, onAnswer: (item: Replayed, answer: Answer) => void) => Promise<void>;

/** `scoreline replay`. Throws `UsageError` and `DeliveryError`; the summary of what was done is written all the same. */
export async function replay(arguments_: ReplayArguments, session: Session): Promise<void> {
  const { file, map, rejects: rejectsPath } = arguments_;
  const mapPath = await session.files.mapPath(map);
  const mapping = readMapping(await session.files.readText(mapPath), mapPath);
  const deliver = arguments_.history
    ? await toWarehouse(mapping, arguments_, session)
    : toIngest(targetsOf(mapping.contract).kind, session);
  const format = mapping.format ?? formatOf(file);
  const input = await session.files.read(file);
  try {
    const rejects = new Rejects(rejectsPath === undefined ? undefined : await session.files.write(rejectsPath));
    await new Replay({ ...arguments_, mapping, format, input, rejects, session }).run(deliver);
  } finally {
    input.close();
  }
}

function toIngest(kind: RecordKind, session: Session): Deliver {
  const server = new Server(postTo(session.target(), kind), session.clock);
  return (source, onAnswer) => sendInLanes(source, server, onAnswer);
}

async function toWarehouse({ contract }: Mapping, { rate }: ReplayArguments, session: Session): Promise<Deliver> {
  if (contract !== "application")
    throw new UsageError(`--history takes applications; the map's contract is ${contract}`);
  if (rate !== undefined) throw new UsageError("--rate is for sending; leave it out with --history");
  const sink = await session.files.write("-");
  return (source, onAnswer) => writeHistory(source, { sink, wallMs: session.wallMs }, onAnswer);
}

type Format = "csv" | "jsonl";

type Parts = Omit<ReplayArguments, "rejects"> & {
  mapping: Mapping;
  format: Format;
  input: InputFile;
  rejects: Rejects;
  session: Session;
};

class Replay {
  readonly #parts: Parts;
  readonly #tally: Tally;
  #read = 0;
  #unmapped = 0;
  #naiveTimestamps = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#tally = new Tally(parts.session.clock.nowMs());
  }

  async run(deliver: Deliver): Promise<void> {
    const { input, mapping, rate, rejects, session } = this.#parts;
    const progress = session.startProgress(input.size, "bytes");
    const { id } = targetsOf(mapping.contract);
    const records = this.#records();
    const source = rate === undefined ? records : paced(records, rate, session.clock);
    try {
      await deliver(source, ({ fileLine, recordId }, answer) => {
        this.#tally.answer(answer);
        if (answer.status >= 300) rejects.add({ line: fileLine, [id]: recordId, ...answer });
        progress.update(input.bytesRead());
      });
    } catch (error) {
      if (!(error instanceof UsageError)) this.#report();
      throw error;
    } finally {
      progress.stop();
      await rejects.close();
    }
    this.#report();
  }

  #report(): void {
    const { history = false, json = false, session } = this.#parts;
    const counts = { read: this.#read, unmapped: this.#unmapped, naive_timestamps: this.#naiveTimestamps };
    // With `history` standard output is the records'.
    const stdout = history ? session.stderr : session.stdout;
    report({ stdout }, { ...this.#tally.summary(session.clock.nowMs()), ...counts }, json);
  }

  /** The file's rows as records; rows that cannot be one are counted and rejected here. */
  async *#records(): AsyncGenerator<Replayed> {
    const { limit = Number.POSITIVE_INFINITY, rejects, session } = this.#parts;
    for await (const row of this.#rows()) {
      if (this.#read >= limit || session.interrupted.aborted) return;
      const mapped = this.#map(row, this.#read++);
      if (mapped) {
        this.#tally.take();
        yield mapped;
      }
      await rejects.written();
    }
  }

  async *#rows(): AsyncGenerator<Row> {
    const { file, format, input, mapping } = this.#parts;
    if (format === "csv") {
      const delimiter = mapping.delimiter ?? (file.endsWith(".tsv") ? "\t" : ",");
      yield* csvRows(input.bytes, delimiter, (columns) => checkColumns(mapping, columns, true, file));
      return;
    }
    let checked = false;
    for await (const row of jsonRows(input.bytes)) {
      if (!checked && "cells" in row) checkColumns(mapping, [...row.cells.keys()], false, file);
      checked ||= "cells" in row;
      yield row;
    }
  }

  #map(row: Row, index: number): Replayed | undefined {
    if ("problem" in row) {
      return this.#rejectHere(row.line, [{ pointer: "", check: "invalid_record", detail: `${row.problem}.` }]);
    }
    const { mapping, session } = this.#parts;
    const mapped = mapRow(mapping, row.cells, { index, nowMs: session.wallMs() });
    if (!mapped.ok) return this.#rejectHere(row.line, mapped.failures);
    if (mapped.naive) this.#naiveTimestamps++;
    return { ...mapped, fileLine: row.line };
  }

  #rejectHere(line: number, failures: Failure[]): undefined {
    this.#unmapped++;
    for (const check of new Set(failures.map(({ check }) => check))) this.#tally.refuseBy(check);
    this.#parts.rejects.add({ line, failures });
  }
}

function formatOf(file: string): Format {
  if (/\.[ct]sv$/i.test(file)) return "csv";
  if (/\.(jsonl|ndjson|json)$/i.test(file)) return "jsonl";
  throw new UsageError(
    `${file} does not say what it is by its ending; add "format: csv" or "format: jsonl" to the map`,
  );
}
