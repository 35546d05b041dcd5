import { daxFaults, tokensOf } from "./dax.ts";
import type { Model, Place, Table } from "./model.ts";

/** What is wrong with the model in itself, a line each; nothing where it holds together. */
export function modelProblems(model: Model): string[] {
  return [
    ...model.tables.flatMap((table) => tableProblems(model, table)),
    ...relationshipProblems(model),
    ...ambiguousPaths(model),
    ...daxProblems(model),
    ...roleProblems(model),
    ...listProblems(model),
  ];
}

const measureNames = (model: Model) => model.tables.flatMap(({ measures }) => measures.map(({ name }) => name));
const tableOf = (model: Model, name: string) => model.tables.find((table) => table.name === name);

/** The column at a place. */
const columnAt = (model: Model, { table, column }: Place) =>
  tableOf(model, table)?.columns.find(({ name }) => name === column);

function tableProblems(model: Model, table: Table): string[] {
  const at = (name: string) => `${table.name}[${name}]`;
  const names = [...table.columns, ...table.measures].map(({ name }) => name);
  const joined = new Set(
    model.relationships.flatMap(({ from, to }) => [from, to]).map(({ table: t, column }) => `${t}[${column}]`),
  );
  return [
    ...(table.description ? [] : [`${table.name} has no description`]),
    ...repeated(names).map((name) => `${at(name)} is there twice`),
    ...table.columns.flatMap(({ name, description, summarizeBy, sortBy, sourceColumn, isHidden, isKey }) => [
      ...(description ? [] : [`${at(name)} has no description`]),
      ...(summarizeBy === "none" ? [] : [`${at(name)} is summarised by ${summarizeBy}`]),
      ...(sourceColumn === name ? [] : [`${at(name)} is named otherwise in its mart: ${sourceColumn}`]),
      ...(sortBy === undefined || columnAt(model, { table: table.name, column: sortBy })
        ? []
        : [`${at(name)} is sorted by ${sortBy}, which is not there`]),
      ...(isHidden || isKey || !joined.has(at(name)) ? [] : [`${at(name)} is a foreign key and not hidden`]),
    ]),
    ...table.measures.flatMap(({ name, description, displayFolder, isHidden }) => [
      ...(description ? [] : [`[${name}] has no description`]),
      ...(displayFolder || isHidden ? [] : [`[${name}] is in no display folder`]),
    ]),
    ...table.levels.filter((level) => !names.includes(level)).map((level) => `a level of ${table.name} names ${level}`),
  ];
}

function relationshipProblems(model: Model): string[] {
  return model.relationships.flatMap(({ name, from, to }) => {
    const [many, one] = [columnAt(model, from), columnAt(model, to)];
    if (!many || !one) return [`${name} joins a column that is not there`];
    const typed = many.dataType === one.dataType ? [] : [`${name} joins ${many.dataType} with ${one.dataType}`];
    return to.table.startsWith("dim_") ? typed : [...typed, `${name} does not end at a dimension`];
  });
}

/** Two active ways from one table to another: Power BI would refuse the model. */
function ambiguousPaths({ relationships }: Model): string[] {
  const active = relationships.filter(({ isActive }) => isActive);
  const ways = (from: string): string[] =>
    active.filter((one) => one.from.table === from).flatMap(({ to }) => [to.table, ...ways(to.table)]);
  const starts = [...new Set(active.map(({ from }) => from.table))];
  return starts.flatMap((start) => repeated(ways(start)).map((end) => `${start} reaches ${end} in two ways`));
}

function daxProblems(model: Model): string[] {
  const expressions = [
    ...model.tables.flatMap(({ measures }) =>
      measures.map(({ name, expression }) => [`[${name}]`, expression] as const),
    ),
    ...model.roles.flatMap(({ name, filters }) => filters.map(({ expression }) => [name, expression] as const)),
  ];
  const measures = measureNames(model);
  const tables = model.tables.map(({ name }) => name);
  return [
    ...repeated(measures).map((name) => `[${name}] is there twice`),
    ...expressions.flatMap(([where, expression]) => {
      const wrong = tokensOf(expression).references.filter(({ table, name }) =>
        table === undefined ? !measures.includes(name) : !columnAt(model, { table, column: name }),
      );
      return [
        ...wrong.map(({ table = "", name }) => `${where} names ${table}[${name}], which is not there`),
        ...daxFaults(expression, tables).map((fault) => `${where} ${fault}`),
      ];
    }),
  ];
}

/** A column that a role hides breaks every measure and relationship that names it, for its members. */
function roleProblems(model: Model): string[] {
  const named = [
    ...model.relationships.flatMap(({ from, to }) => [from, to]),
    ...model.tables.flatMap(({ measures }) =>
      measures.flatMap(({ expression }) =>
        tokensOf(expression).references.flatMap(({ table, name }) => (table ? [{ table, column: name }] : [])),
      ),
    ),
  ];
  return model.roles.flatMap(({ name, filters, hidden }) => [
    ...filters.filter(({ table }) => !tableOf(model, table)).map(({ table }) => `${name} filters ${table}`),
    ...hidden.flatMap((place) => [
      ...(columnAt(model, place) ? [] : [`${name} hides ${place.table}[${place.column}], which is not there`]),
      ...(named.some(({ table, column }) => table === place.table && column === place.column)
        ? [`${name} hides ${place.table}[${place.column}], which the model needs`]
        : []),
    ]),
  ]);
}

function listProblems({ tables, roles, listed }: Model): string[] {
  const names = [...tables, ...roles].map(({ name }) => name);
  return [
    ...names.filter((name) => !listed.includes(name)).map((name) => `model.tmdl does not list ${name}`),
    ...listed.filter((name) => !names.includes(name) && name !== "en-US").map((name) => `model.tmdl lists ${name}`),
  ];
}

const repeated = (names: readonly string[]) => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];
