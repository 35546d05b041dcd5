import { createHash } from "node:crypto";
import { compilerVersion, type PolicyThreshold } from "@scoreline/policy";
import type { Client } from "pg";

/** The blocks of a policy, each with events of its own. */
export const blocks = ["applications", "transactions"] as const;
export type Block = (typeof blocks)[number];

/** A block of a policy version as a dbt model: what it makes of recorded events. */
export type PolicyModel = { name: string; version: string; block: Block; sql: string };

/** A version, compiled: its models, one a block, and the constants that it compares with. */
export type CompiledVersion = {
  version: string;
  models: readonly PolicyModel[];
  thresholds: readonly PolicyThreshold[];
};

/** A block's SQL over the relation `events`, and the longest of its windows in milliseconds; 0 without windows. */
export type CompiledBlock = { sql: string; windowMsMax: number };
export type CompiledPolicy = Record<Block, CompiledBlock> & { thresholds: readonly PolicyThreshold[] };
export type CompilePolicy = (yaml: string, version: string) => CompiledPolicy;

/** A published version cannot be recomputed. The message names it and what to do. */
export class PolicyUnusable extends Error {
  override name = "PolicyUnusable";
}

/** The relation that a compiled policy reads. */
export const events = "events";

/** A row of `raw.policies`: in force for broker times from `from_ms` to `until_ms`, as Postgres' bigint comes. */
export type Published = {
  version: string;
  yaml: string;
  sha256: string;
  compiler_version: number;
  from_ms: string;
  until_ms: string | null;
};

/** Each version in `raw.policies`, compiled. Throws `PolicyUnusable`. */
export async function compiledVersions(warehouse: Client, compile: CompilePolicy): Promise<CompiledVersion[]> {
  const { rows } = await warehouse.query<Published>(
    `select version, yaml, sha256, compiler_version, effective_from_ms as from_ms,
       lead(effective_from_ms) over (order by effective_from_ms) as until_ms
     from raw.policies order by effective_from_ms`,
  );
  return rows.map((published) => compiledVersion(published, compile));
}

/** One version, compiled from its document; no SQL is read from a store. Throws `PolicyUnusable`. */
export function compiledVersion(published: Published, compile: CompilePolicy): CompiledVersion {
  verify(published);
  const { version, yaml } = published;
  const compiled = compile(yaml, version);
  const models = blocks.map((block) => {
    return { name: modelName(version, block), version, block, sql: modelSql(published, block, compiled[block]) };
  });
  return { version, models, thresholds: compiled.thresholds };
}

const versionForm = /^[a-z][a-z0-9-]*@[1-9][0-9]*$/;

/** Throws `PolicyUnusable` where a document is not the one that was published, or a newer compiler has checked it. */
export function verify({ version, yaml, sha256, compiler_version }: Omit<Published, "from_ms" | "until_ms">): void {
  // It stands in generated SQL.
  if (!versionForm.test(version)) throw new PolicyUnusable(`${JSON.stringify(version)} is no version of a policy`);
  const hash = createHash("sha256").update(yaml, "utf8").digest("hex");
  if (hash !== sha256) {
    throw new PolicyUnusable(
      `the document of ${version} in raw.policies has the SHA-256 ${hash} and was published with ${sha256}; restore dw_finance, or point DW_FINANCE_URL at an empty database`,
    );
  }
  if (compiler_version > compilerVersion) {
    throw new PolicyUnusable(
      `${version} was published by compiler ${compiler_version} and this loader has ${compilerVersion}; bring it up to date`,
    );
  }
}

// Postgres cuts longer names (NAMEDATALEN - 1).
const nameLengthMax = 63;
const prefixes = { applications: "int_decisions_recomputed__", transactions: "int_findings_recomputed__" };

/** `int_decisions_recomputed__consumer_loans_2`; a name too long is cut and told apart by a hash. */
export function modelName(version: string, block: Block): string {
  const name = `${prefixes[block]}${version.replace(/[^a-z0-9]/g, "_")}`;
  if (name.length <= nameLengthMax) return name;
  const hash = createHash("sha256").update(version).digest("hex").slice(0, 10);
  return `${name.slice(0, nameLengthMax - hash.length - 1)}_${hash}`;
}

function modelSql(
  { version, sha256, from_ms, until_ms }: Published,
  block: Block,
  { sql, windowMsMax }: CompiledBlock,
): string {
  return `-- ${version} on ${block}, compiled by the loader from its document (SHA-256 ${sha256}) for this run.
with ${events} as (

    {{ policy_events('${block}', from_ms=${from_ms}, until_ms=${until_ms ?? "none"}, window_ms=${windowMsMax}) }}

),

decided as (

${withoutJinja(sql)}

)

select '${version}'::text as policy_version, * from decided
`;
}

/** SQL that dbt's templating leaves as it is, whatever a policy's strings hold: it only ever acts on an opening brace. */
function withoutJinja(sql: string): string {
  return sql.replaceAll("{", "{{ '{' }}");
}
