import { parseTmdl, type TmdlObject, unquoted } from "./tmdl.ts";

export type Column = {
  readonly name: string;
  readonly description: string;
  readonly dataType: string;
  readonly sourceColumn: string;
  readonly sortBy?: string;
  readonly summarizeBy: string;
  readonly isHidden: boolean;
  readonly isKey: boolean;
};
export type Measure = {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly isHidden: boolean;
  readonly formatString?: string;
  readonly displayFolder?: string;
};
export type Table = {
  readonly name: string;
  readonly description: string;
  readonly dataCategory?: string;
  readonly isHidden: boolean;
  readonly columns: readonly Column[];
  readonly measures: readonly Measure[];
  readonly levels: readonly string[];
  /** The partition's Power Query. */
  readonly source: string;
};
export type Place = { readonly table: string; readonly column: string };
export type Relationship = {
  readonly name: string;
  readonly from: Place;
  readonly to: Place;
  readonly isActive: boolean;
};
export type Role = {
  readonly name: string;
  readonly filters: readonly { readonly table: string; readonly expression: string }[];
  readonly hidden: readonly Place[];
};
export type Model = {
  readonly tables: readonly Table[];
  readonly relationships: readonly Relationship[];
  readonly roles: readonly Role[];
  /** Parameters and functions of Power Query. */
  readonly expressions: readonly { readonly name: string; readonly expression: string }[];
  readonly annotations: Readonly<Record<string, string>>;
  /** What `model.tmdl` lists: its tables and roles in their order. */
  readonly listed: readonly string[];
};

/** The semantic model of TMDL documents, given by their path. Throws where one is no TMDL. */
export function modelOf(documents: ReadonlyMap<string, string>): Model {
  const objects = [...documents].flatMap(([path, text]) => parseTmdl(text, path));
  const of = (keyword: string) => objects.filter((object) => object.keyword === keyword);
  return {
    tables: of("table").map(tableOf),
    relationships: of("relationship").map(relationshipOf),
    roles: of("role").map(roleOf),
    expressions: of("expression").map(({ name, expression }) => ({ name, expression })),
    annotations: Object.fromEntries(of("annotation").map(({ name, expression }) => [name, expression])),
    listed: of("ref").map(({ name }) => unquoted(name.replace(/^(table|role|cultureInfo) /, ""))),
  };
}

function tableOf({ name, description, properties, children }: TmdlObject): Table {
  const of = (keyword: string) => children.filter((child) => child.keyword === keyword);
  return {
    name,
    description,
    ...(properties.dataCategory === undefined ? {} : { dataCategory: properties.dataCategory }),
    isHidden: properties.isHidden === "true",
    columns: of("column").map(columnOf),
    measures: of("measure").map(measureOf),
    levels: of("hierarchy").flatMap((hierarchy) => hierarchy.children.map((level) => level.properties.column ?? "")),
    source: of("partition")
      .map((partition) => partition.properties.source ?? "")
      .join("\n"),
  };
}

function columnOf({ name, description, properties }: TmdlObject): Column {
  return {
    name,
    description,
    dataType: properties.dataType ?? "",
    sourceColumn: properties.sourceColumn ?? "",
    ...(properties.sortByColumn === undefined ? {} : { sortBy: unquoted(properties.sortByColumn) }),
    summarizeBy: properties.summarizeBy ?? "default",
    isHidden: properties.isHidden === "true",
    isKey: properties.isKey === "true",
  };
}

function measureOf({ name, description, expression, properties }: TmdlObject): Measure {
  const { formatString, displayFolder } = properties;
  return {
    name,
    description,
    expression,
    isHidden: properties.isHidden === "true",
    ...(formatString === undefined ? {} : { formatString }),
    ...(displayFolder === undefined ? {} : { displayFolder }),
  };
}

function relationshipOf({ name, properties }: TmdlObject): Relationship {
  const { fromColumn = "", toColumn = "", isActive } = properties;
  return { name, from: placeOf(fromColumn), to: placeOf(toColumn), isActive: isActive !== "false" };
}

function placeOf(reference: string): Place {
  const [, table = "", column = ""] = /^('[^']+'|\w+)\.('[^']+'|\w+)$/.exec(reference) ?? [];
  return { table: unquoted(table), column: unquoted(column) };
}

function roleOf({ name, children }: TmdlObject): Role {
  return {
    name,
    filters: children.flatMap(({ name: table, expression }) => (expression === "" ? [] : [{ table, expression }])),
    hidden: children.flatMap((permission) =>
      permission.children.map((column) => ({ table: permission.name, column: column.name })),
    ),
  };
}
