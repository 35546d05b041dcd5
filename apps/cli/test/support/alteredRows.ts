import type { Database } from "@scoreline/stores/postgres";

/** Deletes the rows of a table that a condition holds for; gives what puts them back. */
export async function withdraw(sql: Database, table: string, condition: string): Promise<() => Promise<void>> {
  await sql.unsafe(`create table withdrawn as select * from ${table} where ${condition}`);
  await sql.unsafe(`delete from ${table} where ${condition}`);
  return async () => {
    await sql.unsafe(`insert into ${table} select * from withdrawn`);
    await sql.unsafe("drop table withdrawn");
  };
}

/** Changes rows and gives what changes them back. */
export async function alter(sql: Database, statement: string, back: string): Promise<() => Promise<void>> {
  await sql.unsafe(statement);
  return async () => void (await sql.unsafe(back));
}
