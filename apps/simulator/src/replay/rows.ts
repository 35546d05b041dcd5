import { parse } from "csv-parse";
import { DeliveryError, UsageError } from "../errors.ts";
import { linesOf } from "../lines.ts";
import type { Cells } from "./mapping.ts";

/** One record of a file. `line` counts from 1; for a record over several lines it is the last of them. */
export type Row = { line: number; cells: Cells } | { line: number; problem: string };

/** The rows of a CSV stream, whose first record names the columns: `onColumns` gets them before the first row. */
export async function* csvRows(
  bytes: NodeJS.ReadableStream,
  delimiter: string,
  onColumns: (columns: string[]) => void,
): AsyncGenerator<Row> {
  const parser = parse({ bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true });
  bytes.on("error", (error) => parser.destroy(error));
  let columns: string[] | undefined;
  let countedTwice = 0;
  try {
    for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<CsvRecord>) {
      // csv-parse counts a CRLF inside quotes as two lines.
      for (const cell of record) countedTwice += cell.split("\r\n").length - 1;
      const line = info.lines - countedTwice;
      if (columns === undefined) {
        columns = record.map((name) => name.trim());
        const repeated = columns.find((name, index) => columns?.indexOf(name) !== index);
        if (repeated !== undefined)
          throw new UsageError(`the header names the column ${JSON.stringify(repeated)} twice`);
        onColumns(columns);
      } else if (record.length !== columns.length) {
        const problem = `the row has ${record.length} cells and the header ${columns.length} columns`;
        yield { line, problem };
      } else {
        yield { line, cells: new Map(columns.map((name, index) => [name, record[index] ?? ""])) };
      }
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("CSV_")) {
      throw new DeliveryError(`the file is not CSV any more: ${error.message}`, { cause: error });
    }
    throw error;
  }
  if (columns === undefined) throw new UsageError("the file is empty; its first line must name the columns");
}

type CsvRecord = { record: string[]; info: { lines: number } };

/** The rows of a JSON-lines stream: nested names are joined by dots, numbers keep their text, null is no value. */
export async function* jsonRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of linesOf(bytes)) {
    line++;
    if (text.trim() === "") continue;
    const value = parseKeepingNumbers(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      yield { line, cells: new Map(flatten(value as Record<string, unknown>)) };
    } else {
      yield { line, problem: value === undefined ? "the line is not JSON" : "the line is not a JSON object" };
    }
  }
}

const stringOrNumber = /("(?:[^"\\]|\\.)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON with every number as the string of its digits, or undefined when `text` is not JSON. */
function parseKeepingNumbers(text: string): unknown {
  try {
    return JSON.parse(text.replace(stringOrNumber, (token, string?: string) => string ?? `"${token}"`));
  } catch {
    return undefined;
  }
}

function flatten(record: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(record).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (typeof value === "object") return flatten(value as Record<string, unknown>, `${prefix}${name}.`);
    return [[`${prefix}${name}`, String(value)]];
  });
}
