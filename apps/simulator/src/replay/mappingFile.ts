import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { attributePrefix, attributeTypes, contractNames, isTarget, type Targets, targetsOf } from "./targets.ts";

const filled = z.string().min(1, { error: "is empty" });

const sources = ["column", "constant", "now", "start"] as const;

const Source = z
  .strictObject(
    {
      column: filled.optional(),
      constant: z
        .union([filled, z.number(), z.boolean()], { error: "is not a string, a number, true or false" })
        .optional(),
      now: z.literal(true, { error: "can only be true" }).optional(),
      start: z.iso
        .datetime({ offset: true, error: "is not a moment with an offset, such as 2026-01-31T09:30:00Z" })
        .optional(),
      step_seconds: z.number({ error: "is not a number of seconds" }).min(0).optional(),
      type: z.enum(attributeTypes, { error: `is not one of ${attributeTypes.join(", ")}` }).optional(),
      prefix: filled.optional(),
      unit: z.enum(["seconds", "milliseconds"], { error: "is neither seconds nor milliseconds" }).optional(),
      offset: z
        .string()
        .regex(/^(Z|[+-]\d{2}:\d{2})$/, { error: "is not Z or an offset such as +02:00" })
        .optional(),
    },
    { error: (issue) => (issue.code === "invalid_type" ? "is not a source; write { column: NAME }" : undefined) },
  )
  .superRefine((source, context) => {
    const given = sources.filter((key) => source[key] !== undefined);
    const problem = (message: string) => context.addIssue({ code: "custom", message });
    if (given.length === 0) problem("names no source; write { column: NAME } or { constant: VALUE }");
    if (given.length > 1) problem(`has both ${given.join(" and ")}; keep one of them`);
    if (source.step_seconds !== undefined && source.start === undefined) problem("has step_seconds without start");
  });

/** Where the value of one field comes from. */
export type Source = z.infer<typeof Source>;

const MappingFile = z.strictObject(
  {
    contract: z.enum(contractNames, { error: `is none of ${contractNames.join(", ")}` }).default("application"),
    format: z.enum(["csv", "jsonl"], { error: "is neither csv nor jsonl" }).optional(),
    delimiter: z.string().length(1, { error: "is not one character" }).optional(),
    fields: z.record(z.string(), Source, {
      error: 'is missing; write each field of the record with its source, such as "credit_score: { column: fico }"',
    }),
  },
  { error: (issue) => (issue.code === "invalid_type" ? "is not a mapping with the key fields" : undefined) },
);

/** A column mapping as its file says it. */
export type Mapping = z.infer<typeof MappingFile>;

/** Reads a mapping file, YAML or JSON. Throws `UsageError` that names the file, every wrong key and its fix. */
export function readMapping(text: string, fileName: string): Mapping {
  const result = MappingFile.safeParse(parseYaml(text, fileName));
  const problems = result.success ? problemsOf(result.data) : result.error.issues.flatMap(wordsOf);
  if (result.success && problems.length === 0) return result.data;
  throw new UsageError(`${fileName}: ${problems.join("; ")}`);
}

function parseYaml(text: string, fileName: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UsageError(`${fileName} is not YAML: ${error.message.split("\n")[0]}`, { cause: error });
  }
}

function wordsOf(issue: z.core.$ZodIssue): string[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? Object.keys(MappingFile.shape) : Object.keys(Source.shape);
    return issue.keys.map((key) => `${pathOf([...issue.path, key])} is no key of a mapping (${known.join(", ")})`);
  }
  return [`${path} ${issue.message}`];
}

/** `fields."applicant.age".type`, or `the file` for its top. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.map((step) => (/^\w+$/.test(String(step)) ? String(step) : JSON.stringify(step))).join(".") || "the file";
}

function problemsOf({ contract, fields }: Mapping): string[] {
  const targets = targetsOf(contract);
  const missing = targets.required.filter((name) => !Object.hasOwn(fields, name));
  return [
    ...missing.map((name) => `fields.${name} is missing; ${targets.called} needs it`),
    ...Object.entries(fields).flatMap(([target, source]) => problemsOfField(targets, target, source)),
  ];
}

function problemsOfField(targets: Targets, target: string, source: Source): string[] {
  const at = pathOf(["fields", target]);
  if (!isTarget(targets, target)) {
    const names = [...targets.types.keys()].join(", ");
    const attributes = targets.hasAttributes ? ` and ${attributePrefix}NAME` : "";
    return [`${at} is no field of ${targets.called}; the fields are ${names}${attributes}`];
  }
  const isTime = target === "timestamp";
  const isAttribute = target.startsWith(attributePrefix);
  const onlyFor = (keys: readonly (keyof Source)[], holds: boolean, where: string) =>
    keys.filter((key) => source[key] !== undefined && !holds).map((key) => `${at}.${key} is only for ${where}`);
  return [
    ...onlyFor(["now", "start", "unit", "offset"], isTime, "timestamp"),
    ...onlyFor(["type"], isAttribute, `${attributePrefix}NAME; the contract gives this field its type, so remove it`),
    ...onlyFor(["unit", "offset", "type", "prefix"], source.column !== undefined, "a column"),
    ...(source.prefix !== undefined && source.type !== undefined && source.type !== "string"
      ? [`${at}.prefix is only for type string`]
      : []),
  ];
}
