/** A column or a measure of the semantic model, and the name that a visual shows for it. */
export type Field = {
  readonly kind: "Column" | "Measure";
  readonly table: string;
  readonly name: string;
  readonly label: string;
};

type Names = Record<string, string>;

/** Columns of a table as fields: `columns("dim_time", { date: "Date" })`. */
export const columns = <Map extends Names>(table: string, names: Map) => fields("Column", table, names);

/** Measures of a table as fields, under their own names unless another label is given. */
export function measures<Name extends string>(table: string, ...names: Name[]): Record<Name, Field> {
  return fields("Measure", table, Object.fromEntries(names.map((name) => [name, name]))) as Record<Name, Field>;
}

/** The same field under another label. */
export const labelled = (field: Field, label: string): Field => ({ ...field, label });

function fields<Map extends Names>(kind: Field["kind"], table: string, names: Map): Record<keyof Map, Field> {
  const entries = Object.entries(names).map(([name, label]) => [name, { kind, table, name, label }]);
  return Object.fromEntries(entries) as Record<keyof Map, Field>;
}

/** A field as the report format writes an expression on the model. */
export const expressionOf = ({ kind, table, name }: Field) => ({
  [kind]: { Expression: { SourceRef: { Entity: table } }, Property: name },
});

/** The name by which the parts of one visual refer to its field. */
export const queryRef = ({ table, name }: Field): string => `${table}.${name}`;

/** A field in a visual's role. */
export const projectionOf = (field: Field) => ({
  field: expressionOf(field),
  queryRef: queryRef(field),
  nativeQueryRef: field.name,
  ...(field.label === field.name ? {} : { displayName: field.label }),
  ...(field.kind === "Column" ? { active: true } : {}),
});
