import { z } from "zod";

const Constraint = z.object({ type: z.string(), columns: z.array(z.string()).default([]) });
const Column = z.object({
  name: z.string(),
  data_type: z.string().nullish(),
  description: z.string().default(""),
  constraints: z.array(Constraint).default([]),
});

// https://docs.getdbt.com/reference/artifacts/manifest-json
const Node = z.object({
  unique_id: z.string(),
  name: z.string(),
  resource_type: z.string(),
  schema: z.string(),
  /** The relation's own name; a source has `identifier` instead. */
  alias: z.string().nullish(),
  identifier: z.string().nullish(),
  relation_name: z.string().nullish(),
  original_file_path: z.string(),
  description: z.string().default(""),
  columns: z.record(z.string(), Column).default({}),
  constraints: z.array(Constraint).default([]),
  config: z.object({ severity: z.string().optional(), materialized: z.string().optional() }).loose().default({}),
  depends_on: z.object({ nodes: z.array(z.string()).default([]) }).default({ nodes: [] }),
  /** Of a generic test: its kind, the column it looks at and the model that it stands under. */
  test_metadata: z.object({ name: z.string() }).nullish(),
  column_name: z.string().nullish(),
  attached_node: z.string().nullish(),
});
export type ManifestNode = z.infer<typeof Node>;

const Artefact = z.object({ nodes: z.record(z.string(), Node), sources: z.record(z.string(), Node) });

/** The project's models, tests and sources, by dbt's unique id. */
export type Manifest = ReadonlyMap<string, ManifestNode>;

/** Reads `manifest.json`, already parsed. Throws a zod error when dbt changed its form. */
export function readManifest(artefact: unknown): Manifest {
  const { nodes, sources } = Artefact.parse(artefact);
  return new Map([...Object.entries(nodes), ...Object.entries(sources)]);
}

/** schema.table of a model or a source. */
export function relationOf({ schema, alias, identifier, name }: ManifestNode): string {
  return `${schema}.${alias ?? identifier ?? name}`;
}

/** The model or source that a test is about: the one it stands under, else the last that it reads. */
export function testedNode(manifest: Manifest, test: ManifestNode): ManifestNode | undefined {
  const id = test.attached_node ?? test.depends_on.nodes.at(-1);
  return id === undefined ? undefined : manifest.get(id);
}

/** The columns that name a row: the primary key's, else the first column, which is the key by this project's custom. */
export function keyOf({ constraints, columns }: ManifestNode): string[] {
  const isKey = ({ type }: { type: string }) => type === "primary_key";
  const declared = constraints.find(isKey)?.columns;
  if (declared) return declared;
  const ofColumns = Object.values(columns).filter((column) => column.constraints.some(isKey));
  return (ofColumns.length > 0 ? ofColumns : Object.values(columns).slice(0, 1)).map(({ name }) => name);
}
