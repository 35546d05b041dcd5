import type { Committer, Database } from "@scoreline/stores/postgres";

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

type Commit = Committer["commit"];

/** Commits behind a network that loses the answers of the first `count`, after they took effect. */
export function losingAnswers(count: number): (commit: Commit) => Commit {
  let left = count;
  return (commit) => async (held, settlement, copies) => {
    await commit(held, settlement, copies);
    left -= 1;
    if (left >= 0) throw Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED" });
  };
}

/** Commits while others write too: `meanwhile` happens once, after a batch was decided and before it is committed. */
export function withOthers(meanwhile: () => Promise<unknown>): (commit: Commit) => Commit {
  let done = false;
  return (commit) => async (held, settlement, copies) => {
    const first = !done;
    done = true;
    if (first) await meanwhile();
    await commit(held, settlement, copies);
  };
}

/** The database with its answers to the look-back of windows held back until `opened` resolves. */
export function holdingBack(sql: Database, opened: Promise<void>): Database {
  return intercepting(sql, "order by record_offset limit", async (query) => {
    await opened;
    return query;
  });
}
