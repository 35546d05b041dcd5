import type { Database } from "./connect.ts";

/** A query was not answered in time. It may still take effect. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly code = "UNANSWERED";
  constructor(msMax: number) {
    super(`Postgres did not answer within ${msMax} ms.`);
  }
}

type Query = { handle?: () => unknown; reject?: (error: unknown) => void };

/**
 * A pool whose queries are settled within `msMax` of being sent, with `Unanswered` at the latest. A query that the driver is
 * given while its connection is being cut stays behind in it, for a minute and more, though the server is there (postgres.js
 * 3.4.9, issues 1193 and 1208); who repeats it finds another connection.
 */
export function withBoundedAnswers(sql: Database, msMax: number): Database {
  return new Proxy(sql, { apply: (target, self, args) => bounded(Reflect.apply(target, self, args), msMax) });
}

/** What is no query (an identifier, a list of values) stays as it is. */
function bounded<Result>(result: Result, msMax: number): Result {
  const query = result as Query;
  const { handle, reject } = query;
  if (typeof handle !== "function" || typeof reject !== "function") return result;
  query.handle = () => {
    query.handle = handle;
    const timer = setTimeout(() => reject.call(query, new Unanswered(msMax)), msMax);
    const clear = () => clearTimeout(timer);
    Promise.prototype.then.call(query, clear, clear);
    return handle.call(query);
  };
  return result;
}
