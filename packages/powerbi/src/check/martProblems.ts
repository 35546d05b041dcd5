import type { Column, Model, Table } from "./model.ts";

/** A mart as dbt's YAML declares it: its columns' types by their names. */
export type Marts = ReadonlyMap<string, ReadonlyMap<string, string>>;

type Yaml = { models?: { name: string; columns?: { name: string; data_type?: string }[] }[] };

/** The marts of dbt's YAML documents, parsed. */
export function martsOf(documents: readonly unknown[]): Marts {
  const models = documents.flatMap((document) => (document as Yaml).models ?? []);
  return new Map(
    models.map(({ name, columns = [] }) => [
      name,
      new Map(columns.map((column) => [column.name, column.data_type ?? ""])),
    ]),
  );
}

/** How a PostgreSQL type may come into the model, and what Power Query types it as. */
const fitting: [type: RegExp, dataTypes: string[]][] = [
  [/^(smallint|integer|int|bigint)$/, ["int64"]],
  [/^(numeric|double precision|real)/, ["decimal", "double"]],
  [/^boolean$/, ["boolean"]],
  [/^(date|timestamp|timestamptz|timestamp with time zone)$/, ["dateTime"]],
  [/^(text|uuid|jsonb?|varchar|character varying|text\[\])/, ["string"]],
];

const queryTypes: Record<string, string[]> = {
  int64: ["Int64.Type"],
  decimal: ["Currency.Type"],
  double: ["type number"],
  boolean: ["type logical"],
  dateTime: ["type date", "type datetime"],
  string: ["type text"],
};

/** Where the model and the marts differ, a line each. A table that names no mart is the model's own. */
export function martProblems(model: Model, marts: Marts): string[] {
  return model.tables.filter(isMart).flatMap((table) => {
    const mart = marts.get(table.name);
    if (mart === undefined) return [`${table.name} is no mart`];
    return table.columns.flatMap((column) => {
      const type = mart.get(column.sourceColumn);
      const at = `${table.name}[${column.name}]`;
      if (type === undefined) return [`${at} is not in its mart`];
      const fits = fitting.find(([pattern]) => pattern.test(type))?.[1] ?? [];
      return fits.includes(column.dataType) ? [] : [`${at} is ${column.dataType}, its mart has ${type}`];
    });
  });
}

/** Whether a table is read from the warehouse. */
export const isMart = ({ source }: Table) => source.includes("PostgreSQL.Database(Server, Database)");

/** Where a table's Power Query reads another mart, or other columns or types than the table has. */
export function queryProblems(table: Table): string[] {
  const { name, source, columns } = table;
  const item = /\[Schema = "marts", Item = "(\w+)"\]/.exec(source)?.[1];
  const selected = namesIn(/Table\.SelectColumns\([\s\S]*?\{([\s\S]*?)\}/.exec(source)?.[1] ?? "");
  const typed = new Map(
    [...source.matchAll(/\{"(\w+)", ((?:type )?[\w.]+)\}/g)].map(([, column = "", type = ""]) => [column, type]),
  );
  const names = columns.map(({ sourceColumn }) => sourceColumn);
  return [
    ...(item === name ? [] : [`${name} reads ${item}`]),
    ...(selected.join() === names.join() ? [] : [`${name} selects other columns than it has`]),
    ...columns.flatMap((column) => typeProblem(table, column, typed)),
  ];
}

const namesIn = (list: string) => [...list.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name);

function typeProblem({ name }: Table, column: Column, typed: ReadonlyMap<string, string>): string[] {
  const type = typed.get(column.sourceColumn) ?? "nothing";
  const fits = queryTypes[column.dataType]?.includes(type) ?? false;
  return fits ? [] : [`${name}[${column.name}] is ${column.dataType}, its query says ${type}`];
}
