import type { Failure } from "@scoreline/contracts";
import { within } from "@scoreline/http";
import { type RecordedDecision, type RenewingDatabase, readDecisions, readFailures } from "@scoreline/stores/decisions";
import { coalesced } from "./coalesced.ts";
import type { Place } from "./commitWatch.ts";

/** The store of decisions did not answer, or not in time; `cause` says how. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  constructor(cause: unknown) {
    super("The store of decisions does not answer.", { cause });
  }
}

/** The decisions of record. Each method throws `StoreUnavailable`. */
export interface Decisions {
  /** Undefined while there is none. */
  read(applicationId: string): Promise<RecordedDecision | undefined>;
  /** Every rule that a record broke; empty when it was scored, or is not settled. */
  failures(place: Place): Promise<Failure[]>;
  /** Resolves when the store answers. */
  ready(): Promise<void>;
}

const retryMs = 20;
const together = { batchesMax: 2, keysMax: 500 };

/** A query is given up after `queryMsMax`; one that fails is asked once more, as its connection may just have been cut. */
export function createDecisions(database: RenewingDatabase, queryMsMax: number): Decisions {
  async function ask<Answer extends object>(query: () => Promise<Answer>): Promise<Answer> {
    const again = () => new Promise((resolve) => setTimeout(resolve, retryMs)).then(query);
    const answer = await within(query().catch(again), queryMsMax).catch((error: unknown) => {
      throw new StoreUnavailable(error);
    });
    if (answer === undefined) throw new StoreUnavailable(`no answer within ${queryMsMax} ms`);
    return answer;
  }
  return {
    read: coalesced((ids) => ask(() => readDecisions(database.current(), ids)), together),
    failures: (place) => ask(() => readFailures(database.current(), place)),
    ready: async () => {
      await ask(async () => database.current()`select 1`);
    },
  };
}
