import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import type { RefusedLines } from "../files/refused.ts";
import { UsageError } from "../usage.ts";
import { type Outcome, type OutcomeColumn, outcomeColumns, readOutcome } from "./outcome.ts";

type CsvRecord = { record: string[]; info: { lines: number } };

/** The outcomes of a CSV file with the line of each; a row that is none goes to `refused`. Throws `UsageError`. */
export async function* outcomesOf(path: string, refused: RefusedLines): AsyncGenerator<Outcome & { line: number }> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  const bytes = createReadStream(path).on("error", (error) => parser.destroy(error));
  let header: string[] | undefined;
  try {
    for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<CsvRecord>) {
      if (header === undefined) {
        header = readHeader(path, record);
        continue;
      }
      const read = readRow(header, record);
      if (read.ok) yield { line: info.lines, ...read.outcome };
      else await refused.add({ line: info.lines, ...idOf(header, record), failures: read.failures });
    }
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const isCsv = String(error.code).startsWith("CSV_");
    throw new UsageError(isCsv ? `${path} is not CSV: ${error.message}` : `${path} cannot be read: ${error.message}`, {
      cause: error,
    });
  } finally {
    bytes.destroy();
  }
  if (header === undefined)
    throw new UsageError(`${path} is empty; its first line must be ${outcomeColumns.join(",")}`);
}

function readHeader(path: string, record: readonly string[]): string[] {
  const header = record.map((name) => name.trim());
  const missing = outcomeColumns.filter((name) => !header.includes(name));
  const unknown = header.filter(
    (name, index) => !outcomeColumns.includes(name as OutcomeColumn) || header.indexOf(name) !== index,
  );
  if (missing.length === 0 && unknown.length === 0) return header;
  const problems = [
    ...missing.map((name) => `lacks ${name}`),
    ...unknown.map(
      (name) =>
        `has ${JSON.stringify(name)} ${header.indexOf(name) === header.lastIndexOf(name) ? "besides" : "twice"}`,
    ),
  ];
  throw new UsageError(`${path}, line 1: the header ${problems.join(", ")}; it must be ${outcomeColumns.join(",")}`);
}

function readRow(header: readonly string[], record: readonly string[]): ReturnType<typeof readOutcome> {
  if (record.length !== header.length) {
    const detail = `the row has ${record.length} cells and the header ${header.length}; mend the line.`;
    return { ok: false, failures: [{ pointer: "", check: "invalid_record", detail }] };
  }
  const cells = Object.fromEntries(header.map((name, index) => [name, record[index] ?? ""]));
  return readOutcome(cells as Record<OutcomeColumn, string>);
}

function idOf(header: readonly string[], record: readonly string[]): { application_id?: string } {
  const id = record[header.indexOf("application_id")]?.trim();
  return id ? { application_id: id.slice(0, 64) } : {};
}
