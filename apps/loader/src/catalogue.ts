import { readPolicies, type StoredException, type StoredPolicy } from "@scoreline/stores/mongo";
import type { Db } from "mongodb";
import type { Client } from "pg";
import { SourceChangedError } from "./windows.ts";

type Row = Record<string, string | number | null>;

const keys = { policies: "version", policy_exceptions: "exception_id" } as const;
type Table = keyof typeof keys;

/**
 * Brings the published versions and exceptions to `raw`, within the transaction that `warehouse` has open; gives how many
 * are new. What is published never changes and never goes: throws `SourceChangedError` that names a row that did, and
 * `ForeignDocument` where a document is not what was published.
 */
export async function loadCatalogue(mongo: Db, warehouse: Client, loadId: bigint): Promise<Record<Table, number>> {
  const { versions, exceptions } = await readPolicies(mongo);
  return {
    policies: await insertNew(warehouse, "policies", versions.map(policyRow), loadId),
    policy_exceptions: await insertNew(warehouse, "policy_exceptions", exceptions.map(exceptionRow), loadId),
  };
}

async function insertNew(warehouse: Client, table: Table, published: Row[], loadId: bigint): Promise<number> {
  const key = keys[table];
  const { rows } = await warehouse.query<{ held: Row }>(
    `select to_jsonb(held) - 'load_id' as held from raw.${table} as held`,
  );
  const byKey = new Map(published.map((row) => [row[key], row]));
  for (const { held } of rows) {
    const now = byKey.get(held[key] ?? null);
    const changed = now ? Object.keys(held).filter((column) => held[column] !== now[column]) : [];
    if (now && changed.length === 0) continue;
    throw new SourceChangedError(
      `${table}/${held[key]} ${now ? `has another ${changed.join(", ")} than` : "is gone and was there"} when it was loaded; what is published never changes: restore it in MongoDB, or point DW_FINANCE_URL at an empty database`,
    );
  }
  const known = new Set(rows.map(({ held }) => held[key]));
  const fresh = published.filter((row) => !known.has(row[key] ?? null));
  await warehouse.query(`insert into raw.${table} select * from jsonb_populate_recordset(null::raw.${table}, $1)`, [
    JSON.stringify(fresh.map((row) => ({ ...row, load_id: Number(loadId) }))),
  ]);
  return fresh.length;
}

function policyRow(policy: StoredPolicy): Row {
  return {
    version: policy.version,
    policy: policy.policy,
    number: policy.number,
    yaml: policy.yaml,
    sha256: policy.sha256,
    compiler_version: policy.compilerVersion,
    effective_from_ms: policy.effectiveFromMs,
    published_at_ms: policy.publishedAtMs,
    published_by: policy.publishedBy,
    note: policy.note,
  };
}

function exceptionRow(exception: StoredException): Row {
  return {
    exception_id: exception.id,
    application_id: exception.applicationId ?? null,
    user_id: exception.userId ?? null,
    status: exception.status ?? null,
    effective_from_ms: exception.effectiveFromMs,
    expires_at_ms: exception.expiresAtMs ?? null,
    revokes: exception.revokes ?? null,
    reason: exception.reason,
    approved_by: exception.approvedBy,
    created_at_ms: exception.createdAtMs,
  };
}
