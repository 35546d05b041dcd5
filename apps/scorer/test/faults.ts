import type { Database } from "@scoreline/stores/postgres";

/** The database as it is behind a network that loses the answers of the first `count` commits, after they took effect. */
export function losingAnswers(sql: Database, count: number): Database {
  let left = count;
  return new Proxy(sql, {
    apply: async (target, self, [text, ...values]: Parameters<Database>) => {
      const answer = await Reflect.apply(target, self, [text, ...values]);
      if (!String(text).includes("insert into credit_scores")) return answer;
      left -= 1;
      if (left >= 0) throw Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED" });
      return answer;
    },
  });
}
