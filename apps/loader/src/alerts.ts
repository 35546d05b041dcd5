import { alertsOf, chunkOf, chunkOffsets } from "@scoreline/stores/mongo";
import type { Db } from "mongodb";
import type { Client } from "pg";
import { z } from "zod";
import { placeOf, type Window } from "./windows.ts";

/** Alerts written to Postgres by one statement. */
const batchRowsMax = 1_000;

const common = {
  _id: z.string(),
  user_id: z.string(),
  credit_score: z.int(),
  reason: z.string(),
  rules: z.array(z.string()),
  policy_version: z.string(),
  alerted_at: z.date(),
  status: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.number(),
};
const AlertDocument = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("application"), application_id: z.string(), loan_amount: z.number() }),
  z.object({
    ...common,
    kind: z.literal("transaction"),
    transaction_id: z.guid(),
    amount: z.number(),
    location: z.string(),
    merchant: z.string(),
  }),
]);
type AlertDocument = z.infer<typeof AlertDocument>;

/** `missing`: documents that no chunk held, so that they are not in `raw`; 0 unless somebody else wrote them. */
export type LoadedAlerts = { rows: number; missing: number };

/**
 * Brings the alerts of `windows` to `raw.fraud_alerts`, within the transaction that `warehouse` has open. Reads by
 * equality on `chunk`, which every MongoDB-speaking server answers by an index, and drops what is not projected yet.
 * An alert that came after its window was loaded is found by count: when the collection holds more than was seen, all
 * chunks are read again, as with `sweep`. An alert that is there and has not changed is left alone.
 */
export async function loadAlerts(
  db: Db,
  warehouse: Client,
  {
    windows,
    starts,
    loadId,
    sweep,
  }: { windows: readonly Window[]; starts: ReadonlyMap<string, bigint>; loadId: bigint; sweep: boolean },
): Promise<LoadedAlerts> {
  // Counted before anything is read: what comes later cannot make it too high.
  const documents = await alertsOf(db).estimatedDocumentCount();
  const first = await readWindows(db, warehouse, windows, loadId);
  const unseen = documents - (await countLoaded(warehouse)) - first.inFlight;
  if (unseen <= 0 && !sweep) return { rows: first.rows, missing: 0 };
  const whole = windows.map((window) => ({ ...window, fromOffset: starts.get(placeOf(window)) ?? 0n }));
  const again = await readWindows(db, warehouse, whole, loadId);
  const missing = documents - (await countLoaded(warehouse)) - again.inFlight;
  return { rows: first.rows + again.rows, missing: Math.max(0, missing) };
}

async function countLoaded(warehouse: Client): Promise<number> {
  const { rows } = await warehouse.query<{ alerts: number }>(
    "select count(*)::integer as alerts from raw.fraud_alerts",
  );
  return rows[0]?.alerts ?? 0;
}

async function readWindows(db: Db, warehouse: Client, windows: readonly Window[], loadId: bigint) {
  let rows = 0;
  let inFlight = 0;
  let batch: AlertDocument[] = [];
  const flush = async () => {
    rows += await upsertAlerts(warehouse, batch, loadId);
    batch = [];
  };
  for (const { topic, partition, fromOffset, toOffset } of windows) {
    for (const chunk of chunksOf(topic, partition, fromOffset, toOffset)) {
      for await (const document of alertsOf(db).find({ chunk }, { batchSize: batchRowsMax })) {
        const alert = readAlert(document);
        if (BigInt(alert.offset) >= toOffset) inFlight += 1;
        else batch.push(alert);
        if (batch.length >= batchRowsMax) await flush();
      }
    }
  }
  await flush();
  return { rows, inFlight };
}

/** The chunks that hold the offsets from `fromOffset` to `toOffset`; the latter's own too, where alerts in flight are. */
export function chunksOf(topic: string, partition: number, fromOffset: bigint, toOffset: bigint): string[] {
  const chunks: string[] = [];
  for (let start = (fromOffset / chunkOffsets) * chunkOffsets; start <= toOffset; start += chunkOffsets) {
    chunks.push(chunkOf(topic, partition, start));
  }
  return chunks;
}

function readAlert(document: { _id: unknown }): AlertDocument {
  const result = AlertDocument.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`fraud_alerts document ${String(document._id)} is not an alert: ${problems.join("; ")}`);
}

async function upsertAlerts(warehouse: Client, alerts: readonly AlertDocument[], loadId: bigint): Promise<number> {
  if (alerts.length === 0) return 0;
  const { rowCount } = await warehouse.query(
    `insert into raw.fraud_alerts as alert (
       alert_id, kind, application_id, transaction_id, user_id, credit_score, loan_amount, amount, location, merchant,
       reason, rules, policy_version, alerted_at, status, topic, partition, record_offset, load_id)
     select _id, kind, application_id, transaction_id, user_id, credit_score, loan_amount, amount, location, merchant,
       reason, array(select jsonb_array_elements_text(rules)), policy_version, alerted_at, status, topic, partition,
       "offset", $2
     from jsonb_to_recordset($1) as document (
       _id text, kind text, application_id text, transaction_id uuid, user_id text, credit_score smallint,
       loan_amount numeric(12, 2), amount numeric(12, 2), location text, merchant text, reason text, rules jsonb,
       policy_version text, alerted_at timestamptz, status text, topic text, partition integer, "offset" bigint)
     on conflict (alert_id) do update set
       reason = excluded.reason, rules = excluded.rules, policy_version = excluded.policy_version,
       alerted_at = excluded.alerted_at, status = excluded.status, load_id = excluded.load_id
     where (alert.reason, alert.rules, alert.policy_version, alert.alerted_at, alert.status)
       is distinct from (excluded.reason, excluded.rules, excluded.policy_version, excluded.alerted_at, excluded.status)`,
    [JSON.stringify(alerts), loadId.toString()],
  );
  return rowCount ?? 0;
}
