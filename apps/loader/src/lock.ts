import type { Client } from "pg";

// Any number that nothing else in dw_finance locks.
const runLock = 19_315_181_513;

/** How long a run waits for another one to end, in milliseconds. */
export const lockWaitMsMax = 10 * 60 * 1000;

/** Another run held the warehouse for as long as this one may wait. */
export class WarehouseBusyError extends Error {
  override name = "WarehouseBusyError";
}

/**
 * Takes the warehouse for this connection alone, until it ends; a process that dies frees it. Waits for a run under way
 * and calls `onWait` first. Throws `WarehouseBusyError`. Ends the sessions of a dbt that outlived its loader.
 */
export async function takeWarehouse(client: Client, onWait: () => void, waitMsMax = lockWaitMsMax): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [runLock]);
  if (!rows[0]?.taken) {
    onWait();
    await client.query(`set lock_timeout = ${waitMsMax}`);
    try {
      await client.query("select pg_advisory_lock($1)", [runLock]);
    } catch (error) {
      const lockNotAvailable = (error as { code?: string }).code === "55P03";
      if (!lockNotAvailable) throw error;
      throw new WarehouseBusyError(
        `another run has held the warehouse for ${waitMsMax / 1000} s; try again when it is over`,
        { cause: error },
      );
    }
    await client.query("reset lock_timeout");
  }
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scoreline-dbt' and datname = current_database()",
  );
}
