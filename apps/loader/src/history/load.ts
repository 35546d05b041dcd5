import type { Client } from "pg";
import type { Refused, RefusedLines } from "../files/refused.ts";
import { commitLoad, stageRows } from "../files/stage.ts";
import type { HistoricalRow } from "./row.ts";

/** What a stream of past applications came to: read = loaded + repeated + refused. */
export type HistoryCounts = {
  read: number;
  loaded: number;
  /** There already with the same content. */
  repeated: number;
  /** Broke the contract, is there with other content, or was decided by a scorer: that decision is the one that counts. */
  refused: number;
};

const eventColumns = [
  ...["application_id", "user_id", "credit_score", "loan_amount", "submitted_at", "applicant_name", "applicant_age"],
  ...["applicant_gender", "applicant_region", "device_id", "score_model", "score_date", "score_key_factors"],
  ...["attributes", "consent_automated_decision", "consent_analytics", "t_ms"],
];

const columnsOf = (table: string) => eventColumns.map((column) => `${table}.${column}`).join(", ");

/** Brings past applications to `raw.historical_applications`, all of them in one transaction; Kafka is not touched. */
export async function loadHistory(
  warehouse: Client,
  applications: AsyncIterable<HistoricalRow>,
  { runId, refused, onNotice }: { runId: string; refused: RefusedLines; onNotice: (text: string) => void },
): Promise<HistoryCounts> {
  await warehouse.query(
    `create temporary table staged_applications as
     select 0::bigint as line, ${columnsOf("held")} from raw.historical_applications as held with no data`,
  );
  const staged = await stageRows(warehouse, "staged_applications", applications);
  const read = staged + refused.count;
  if (staged === 0) return { read, loaded: 0, repeated: 0, refused: refused.count };
  return await commitLoad(warehouse, { runId, kind: "history", onNotice }, async (loadId) => {
    const reused = await takeReused(warehouse);
    for (const row of reused) await refused.add(row);
    const loaded = await insertStaged(warehouse, loadId);
    return { read, loaded, repeated: staged - reused.length - loaded, refused: refused.count };
  });
}

const reuses = {
  recorded: "was decided by a scorer already; that decision of record stands",
  held: "is in history already with other content; what was loaded first stays",
  earlier: "stands on an earlier line with other content; keep one line for each application",
};

/** Takes out each row whose id another application has: one on record, one in history, or one on an earlier line. */
async function takeReused(warehouse: Client): Promise<Refused[]> {
  const { rows } = await warehouse.query<{ application_id: string; reuse: keyof typeof reuses }>(
    `with firsts as (
       select distinct on (application_id) * from staged_applications order by application_id, line
     ),
     judged as (
       select staged.line, staged.application_id,
         case
           when exists (select from raw.credit_scores as recorded where recorded.application_id = staged.application_id)
             then 'recorded'
           when held.application_id is not null and (${columnsOf("held")}) is distinct from (${columnsOf("staged")})
             then 'held'
           when (${columnsOf("firsts")}) is distinct from (${columnsOf("staged")}) then 'earlier'
         end as reuse
       from staged_applications as staged
       inner join firsts on staged.application_id = firsts.application_id
       left join raw.historical_applications as held on staged.application_id = held.application_id
     ),
     reused as (select * from judged where reuse is not null),
     taken as (delete from staged_applications where line in (select line from reused))
     select * from reused order by line`,
  );
  // By id and without its line: that of the stream is not the line of the file that it was made from.
  return rows.map(({ application_id, reuse }) => {
    const detail = `application_id ${reuses[reuse]}.`;
    const failures = [{ pointer: "/application_id", check: "application_id_reused", detail }];
    return { application_id, failures };
  });
}

/** Inserts what is new, numbered on by time and line. Gives how many. */
async function insertStaged(warehouse: Client, loadId: string): Promise<number> {
  const { rowCount } = await warehouse.query(
    `insert into raw.historical_applications (${eventColumns.join(", ")}, record_offset, load_id)
     select ${eventColumns.join(", ")},
       (select coalesce(max(record_offset), -1) from raw.historical_applications) + row_number() over (order by t_ms, line),
       $1
     from (select distinct on (application_id) * from staged_applications order by application_id, line) as staged
     where not exists (
       select from raw.historical_applications as held where held.application_id = staged.application_id
     )`,
    [loadId],
  );
  return rowCount ?? 0;
}
