import type { Client } from "pg";
import type { Refused, RefusedLines } from "../files/refused.ts";
import { commitLoad, stageRows } from "../files/stage.ts";
import { failureOf, type Outcome } from "./outcome.ts";

/** What a file of outcomes came to: read = loaded + corrected + unchanged + refused. */
export type OutcomeCounts = {
  read: number;
  loaded: number;
  /** There before, with another content: the file's holds now. */
  corrected: number;
  unchanged: number;
  refused: number;
  /** Of those taken: outcomes of applications that the warehouse does not hold, yet or at all. */
  without_application: number;
};

const differs = `(held.booked, held.bad, held.exposure, held.matured_at)
  is distinct from (staged.booked, staged.bad, staged.exposure, staged.matured_at)`;

/** Brings outcomes to `raw.outcomes`, all of them in one transaction. */
export async function loadOutcomes(
  warehouse: Client,
  outcomes: AsyncIterable<Outcome & { line: number }>,
  { runId, refused, onNotice }: { runId: string; refused: RefusedLines; onNotice: (text: string) => void },
): Promise<OutcomeCounts> {
  await warehouse.query(
    `create temporary table staged_outcomes (
       line bigint, application_id text, booked boolean, bad boolean, exposure numeric(12, 2), matured_at timestamptz)`,
  );
  await stageRows(warehouse, "staged_outcomes", outcomes);
  for (const repeat of await takeRepeats(warehouse)) await refused.add(repeat);
  const counts = await commitLoad(warehouse, { runId, kind: "outcomes", onNotice }, async (loadId) => {
    const counted = await countStaged(warehouse);
    await merge(warehouse, loadId);
    return counted;
  });
  const taken = counts.loaded + counts.corrected + counts.unchanged;
  return { read: taken + refused.count, ...counts, refused: refused.count };
}

/** Takes out each row whose application stands on an earlier line: which of two the file means, nobody can tell. */
async function takeRepeats(warehouse: Client): Promise<Refused[]> {
  const { rows } = await warehouse.query<{ line: string; application_id: string; first_line: string }>(
    `with numbered as (
       select line, application_id, first_value(line) over (partition by application_id order by line) as first_line
       from staged_outcomes
     ),
     repeats as (select * from numbered where line > first_line),
     taken as (delete from staged_outcomes where line in (select line from repeats))
     select * from repeats order by line`,
  );
  return rows.map(({ line, application_id, first_line }) => ({
    line: Number(line),
    application_id,
    failures: [failureOf("application_id", `stands on line ${first_line} already; keep one line for each application`)],
  }));
}

async function countStaged(warehouse: Client): Promise<Omit<OutcomeCounts, "read" | "refused">> {
  const { rows } = await warehouse.query<Omit<OutcomeCounts, "read" | "refused">>(
    `select
       count(*) filter (where held.application_id is null)::integer as loaded,
       count(*) filter (where held.application_id is not null and ${differs})::integer as corrected,
       count(*) filter (where held.application_id is not null and not (${differs}))::integer as unchanged,
       count(*) filter (
         where not exists (select from raw.credit_scores as known where known.application_id = staged.application_id)
           and not exists (select from raw.historical_applications as known where known.application_id = staged.application_id)
       )::integer as without_application
     from staged_outcomes as staged
     left join raw.outcomes as held on staged.application_id = held.application_id`,
  );
  return rows[0] ?? { loaded: 0, corrected: 0, unchanged: 0, without_application: 0 };
}

async function merge(warehouse: Client, loadId: string): Promise<void> {
  await warehouse.query(
    `merge into raw.outcomes as held
     using staged_outcomes as staged on held.application_id = staged.application_id
     when matched and ${differs} then update set
       booked = staged.booked, bad = staged.bad, exposure = staged.exposure, matured_at = staged.matured_at, load_id = $1
     when not matched then insert (application_id, booked, bad, exposure, matured_at, load_id)
       values (staged.application_id, staged.booked, staged.bad, staged.exposure, staged.matured_at, $1)`,
    [loadId],
  );
}
