import type { Database } from "@scoreline/stores/postgres";

type Query = ReturnType<Database>;

/** The database with what `answer` makes of the answers to queries that have `part` in their text. */
function intercepting(sql: Database, part: string, answer: (query: Query) => Promise<unknown>): Database {
  return new Proxy(sql, {
    apply: (target, self, [text, ...values]: Parameters<Database>) => {
      const query = Reflect.apply(target, self, [text, ...values]);
      return String(text).includes(part) ? answer(query) : query;
    },
  });
}

/** The database as it is behind a network that loses the answers of the first `count` commits, after they took effect. */
export function losingAnswers(sql: Database, count: number): Database {
  let left = count;
  return intercepting(sql, "insert into credit_scores", async (query) => {
    const rows = await query;
    left -= 1;
    if (left >= 0) throw Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED" });
    return rows;
  });
}

/** The database as it is while others use it too: `meanwhile` happens between the look-up of ids and the commit, once. */
export function withOthers(sql: Database, meanwhile: () => Promise<unknown>): Database {
  let done = false;
  return intercepting(sql, "= any(", async (query) => {
    const rows = await query;
    if (!done) {
      done = true;
      await meanwhile();
    }
    return rows;
  });
}

/** The database with its answers to the look-back of windows held back until `opened` resolves. */
export function holdingBack(sql: Database, opened: Promise<void>): Database {
  return intercepting(sql, "order by record_offset limit", async (query) => {
    await opened;
    return query;
  });
}
