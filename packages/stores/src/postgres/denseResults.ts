import type { Database } from "./connect.ts";

type Resolvable = { resolve?: (result: unknown) => unknown };

/**
 * A pool whose results have no holes. The driver counts a result's rows by connection and not by query: after a query that
 * failed between two of its rows, or whose connection was cut there, the next result begins with as many empty slots
 * (postgres.js 3.4.9, issues 1119 and 1181), and its first row would read as nothing.
 */
export function withDenseResults(sql: Database): Database {
  return new Proxy(sql, {
    apply: (target, self, args) => dense(Reflect.apply(target, self, args)),
    get: (target, name) => {
      const value = Reflect.get(target, name);
      return name === "unsafe" ? (...args: Parameters<Database["unsafe"]>) => dense(target.unsafe(...args)) : value;
    },
  });
}

/** A query that resolves to its rows alone; what is no query (an identifier, a list of values) stays as it is. */
function dense<Query>(query: Query): Query {
  const pending = query as Resolvable;
  const { resolve } = pending;
  if (typeof resolve === "function") pending.resolve = (result) => resolve.call(query, withoutHoles(result));
  return query;
}

function withoutHoles(result: unknown): unknown {
  if (!Array.isArray(result) || result.length === 0 || 0 in result) return result;
  const rows = result.filter(() => true);
  result.length = rows.length;
  for (const [index, row] of rows.entries()) result[index] = row;
  return result;
}
