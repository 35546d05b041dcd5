import { type Input, inputMax, type NumberType } from "../ir.ts";
import { constantSql, decimalText, extended, quoteName, quoteText, type Step } from "./text.ts";

/**
 * The coordinates of an event besides its id, as every later step names them. Whatever collation they come in, text is compared byte by
 * byte; that also sorts fastest.
 */
const coordinates = [
  'user_id collate "C" as "_user_id"',
  'partition as "_partition"',
  'topic collate "C" as "_topic"',
  'record_offset as "_record_offset"',
  't_ms as "_t_ms"',
  'in_scope as "_in_scope"',
];

/** The column with an event's id. */
export const idColumn = '"_id"';

/** The inputs of each event of the relation `events`, each under its own name; null is missing. `id` names the events. */
export function inputSteps(inputs: readonly Input[], events: string, id: string): Step[] {
  const fields = inputs.filter(({ origin }) => origin === "field");
  const attributes = inputs.filter(({ origin }) => origin === "attribute");
  const columns = [
    `${id} as ${idColumn}`,
    ...coordinates,
    ...fields.map((input) => `${fieldSql(input)} as ${quoteName(input.name)}`),
    ...attributes.map((input, index) => `${rawSql(input)} as ${rawColumn(index)}`),
  ];
  const read = { name: "events_read", sql: `select ${columns.join(",\n    ")}\n  from ${events}` };
  if (attributes.length === 0) return [read];
  const fitted = attributes.map((input, index) => `${fittedSql(input, rawColumn(index))} as ${quoteName(input.name)}`);
  return [read, { name: "inputs", sql: extended("events_read", fitted) }];
}

function fieldSql({ name, type, default: standIn }: Input): string {
  const sql = { number: numberField(name, type), string: `${name} collate "C"`, boolean: name }[type.kind];
  return standIn === undefined ? sql : `coalesce(${sql}, ${constantSql(standIn, type)})`;
}

function numberField(name: string, type: Input["type"]): string {
  return type.kind === "number" && type.scale === 0 ? `${name}::bigint` : name;
}

function rawColumn(index: number): string {
  return `"_raw_${index + 1}"`;
}

/** The attribute where it is of the declared JSON type. */
function rawSql({ name, type }: Input): string {
  const key = quoteText(name);
  const value = {
    number: `(attributes -> ${key})::numeric`,
    string: `attributes ->> ${key}`,
    boolean: `(attributes -> ${key})::boolean`,
  }[type.kind];
  return `case jsonb_typeof(attributes -> ${key}) when '${type.kind}' then ${value} end`;
}

/** The attribute where it fits its declaration, else its default, else null. */
function fittedSql({ type, values, default: standIn }: Input, raw: string): string {
  const otherwise = standIn === undefined ? "" : ` else ${constantSql(standIn, type)}`;
  const when = (condition: string, value: string) => `case when ${condition} then ${value}${otherwise} end`;
  if (type.kind === "number") {
    return when(numberFits(type, raw), type.scale === 0 ? `${raw}::bigint` : raw);
  }
  const value = type.kind === "string" ? `${raw} collate "C"` : raw;
  if (!values) return standIn === undefined ? value : `coalesce(${value}, ${constantSql(standIn, type)})`;
  return when(`${value} in (${values.map(quoteText).join(", ")})`, value);
}

/** Within its bounds, and no more decimals than its scale. */
function numberFits({ scale, min, max }: NumberType, raw: string): string {
  const [least, most] = [Math.max(min, -inputMax), Math.min(max, inputMax)];
  return `${raw} between ${decimalText(least, scale)} and ${decimalText(most, scale)} and ${raw} = trunc(${raw}, ${scale})`;
}
