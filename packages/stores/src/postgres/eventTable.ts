import type { Database } from "./connect.ts";
import type { Copy } from "./copyTransaction.ts";
import type { Settlement } from "./settlement.ts";
import type { Place } from "./settlementRows.ts";
import type { WindowTable } from "./windowRows.ts";

/** Offsets `[from, to)`. */
export type Range = { from: bigint; to: bigint };

/** The table that a topic's scored events go to, and come back from. */
export type EventTable<Scored, Committed = Scored> = {
  /** The COPYs of a settlement: its scored events in one order for all partitions, and its bad records. */
  readonly copies: (place: Place, settlement: Settlement<Scored>) => Copy[];
  /** Which of these ids are recorded already. */
  readonly recordedIds: (sql: Database, ids: string[]) => Promise<Set<string>>;
  /** What is projected of the events in a range, in offset order. */
  readonly readScored: (sql: Database, place: Place, range: Range) => Promise<Committed[]>;
  readonly windows: WindowTable;
};
