import { checkOf, type Failure } from "@scoreline/contracts";
import { UsageError } from "../errors.ts";
import { cellValue, type JsonValue, timeOf, toJson } from "./cells.ts";
import type { Mapping, Source } from "./mappingFile.ts";
import { attributePrefix, type CellType, targetsOf } from "./targets.ts";

/** One row's cells by column; an absent column or an empty cell is no value. */
export type Cells = ReadonlyMap<string, string>;

/**
 * One row as a record in the contract's wire form. A cell that is not of its field's type goes as the text it
 * holds, for the server to refuse and record; only where an attribute's type is the mapping's alone is the row refused
 * here (`failures`). `naive`: its time had no offset and got the mapping's.
 */
export type Mapped =
  | { ok: true; line: string; recordId: string; userId: string; naive: boolean }
  | { ok: false; failures: Failure[] };

/** The row's index from 0, and the wall clock in epoch milliseconds. */
export type Moment = { index: number; nowMs: number };

/**
 * Throws `UsageError` when the mapping names a column that the file has not. A CSV header names all columns
 * (`complete`); in JSON lines the first row may lack an optional one.
 */
export function checkColumns(mapping: Mapping, columns: readonly string[], complete: boolean, fileName: string): void {
  const { required } = targetsOf(mapping.contract);
  const unknown = Object.entries(mapping.fields).filter(
    ([target, { column }]) =>
      column !== undefined && !columns.includes(column) && (complete || required.includes(target)),
  );
  if (unknown.length === 0) return;
  const named = unknown.map(([target, { column }]) => `fields.${target} names the column ${JSON.stringify(column)}`);
  throw new UsageError(`${named.join("; ")}, which ${fileName} has not; its columns are ${columns.join(", ")}`);
}

/** Turns one row into a record by the mapping. */
export function mapRow(mapping: Mapping, cells: Cells, moment: Moment): Mapped {
  const { id, types } = targetsOf(mapping.contract);
  const record: { [name: string]: JsonValue } = {};
  const failures: Failure[] = [];
  let naive = false;
  for (const [target, source] of Object.entries(mapping.fields)) {
    const field = valueOfField(types.get(target), source, cells, moment);
    if (field === undefined) continue;
    if ("detail" in field) failures.push(failureOf(target, field.detail));
    else put(record, target, field.value);
    if ("naive" in field) naive ||= field.naive;
  }
  if (failures.length > 0) return { ok: false, failures };
  const { [id]: recordId = "", user_id = "" } = record;
  return { ok: true, line: toJson(record), recordId: String(recordId), userId: String(user_id), naive };
}

type FieldValue = { value: JsonValue } | { value: JsonValue; naive: boolean } | { detail: string } | undefined;

/** `contractType` is undefined for an attribute, whose type the mapping gives. */
function valueOfField(contractType: CellType | undefined, source: Source, cells: Cells, moment: Moment): FieldValue {
  if (source.constant !== undefined) return { value: source.constant };
  if (source.now) return { value: new Date(moment.nowMs).toISOString() };
  if (source.start !== undefined) {
    const stepMs = (source.step_seconds ?? 0) * 1000;
    return { value: new Date(Date.parse(source.start) + moment.index * stepMs).toISOString() };
  }
  const text = cells.get(source.column ?? "")?.trim();
  if (!text) return undefined;
  if (contractType === "time") return timeOf(text, { unit: source.unit ?? "seconds", offset: source.offset ?? "Z" });
  const type = contractType ?? source.type ?? "string";
  const value = cellValue(`${source.prefix ?? ""}${text}`, type);
  if (value !== undefined) return { value };
  if (contractType) return { value: text };
  return {
    detail: `column ${JSON.stringify(source.column)} holds ${JSON.stringify(text.slice(0, 40))}, which is no ${type}`,
  };
}

function failureOf(target: string, detail: string): Failure {
  const path = target.split(".");
  return { pointer: `/${path.join("/")}`, check: checkOf(path, detail), detail: `${target}: ${detail}.` };
}

/** Sets `attributes.dti` as `dti` within `attributes`. */
function put(record: { [name: string]: JsonValue }, target: string, value: JsonValue): void {
  const [group = "", name] = target.startsWith(attributePrefix)
    ? [attributePrefix.slice(0, -1), target.slice(attributePrefix.length)]
    : target.split(".");
  if (name === undefined) {
    record[group] = value;
    return;
  }
  record[group] = { ...(record[group] as { [name: string]: JsonValue } | undefined), [name]: value };
}
