/*
 * What a compiled policy costs over a million recorded applications, feature kind by feature kind, on one core.
 *   node --import tsx apps/cli/test/sql.bench.ts postgres://user:password@host:port/database
 * Makes the table `sql_bench_events` there, and drops it.
 */
import { compileSql } from "@scoreline/policy";
import { connectPostgres } from "@scoreline/stores/postgres";
import { checkedPolicy } from "./support/engines.ts";

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error("Name a Postgres: node --import tsx apps/cli/test/sql.bench.ts postgres://…");

// 50,000 users, most with a few applications and one with 5,000; 50 events share a millisecond, as those of a batch do.
const events = `create table sql_bench_events as
  select 'a' || i as application_id, 'u' || person as user_id, 'credit_applications' as topic, person % 4 as partition,
    i::bigint as record_offset, 1700000000000 + (i / 50) * 5000::bigint as t_ms,
    (300 + floor(random() * 551))::integer as credit_score, (1 + floor(random() * 2000000))::numeric(12, 2) / 100 as loan_amount,
    'd' || floor(random() * 20) as device_id, null::integer as applicant_age, null::text as applicant_region,
    null::text as score_model, null::boolean as consent_automated_decision, null::boolean as consent_analytics,
    jsonb_build_object('dti', floor(random() * 10000) / 100, 'purpose', 'car') as attributes, true as in_scope
  from (select i, case when i % 200 = 0 then 0 else floor(power(random(), 2) * 50000)::integer end as person
    from generate_series(1, 1000000) as i) as drawn`;

const policyOf = (feature: string, clause = "credit_score < 600", more = "") => `policy: bench${more}
applications:
  features: {${feature}}
  fraud: [{ id: risky, when: "loan_amount > 15000 && credit_score < 450", reason: Risky }]
  risk: [{ level: Low, when: "credit_score >= 700" }, { level: High }]
  approval:
    - { id: no, status: Rejected, when: "${clause}", reason: CREDIT_SCORE_TOO_LOW }
    - { id: rest, status: Approved }
`;
const dti = "\ninputs:\n  dti: { type: decimal, scale: 2, min: 0, max: 100, optional: true }";
const bins = "bins: [{ to: 500, points: 1 }, { to: 700, points: 20 }, { other: true, points: 35 }]";
const card = `\nscorecard:\n  id: points\n  base: 100\n  characteristics: [{ input: credit_score, ${bins} }, { input: loan_amount, ${bins} }]`;

const policies: Record<string, string> = {
  "no feature": policyOf(""),
  "an attribute": policyOf("", "has(dti) && dti > 40", dti),
  "a scorecard": policyOf("", "points < 140", card),
  count: policyOf("f: { count: true, window: 1h }"),
  sum: policyOf("f: { sum: loan_amount, window: 24h, cap: 10000000 }"),
  max: policyOf("f: { max: loan_amount, window: 24h }"),
  distinct: policyOf("f: { distinct: device_id, window: 24h }"),
  "count and sum, 1h and 24h": policyOf(
    "a: { count: true, window: 1h }, b: { count: true, window: 24h }, c: { sum: loan_amount, window: 1h, cap: 1000000 }, d: { sum: loan_amount, window: 24h, cap: 1000000 }",
  ),
};

const sql = connectPostgres(url, { app: "bench", connectionsMax: 1 });
await sql.unsafe(events);
await sql`analyze sql_bench_events`;
await sql.unsafe("set max_parallel_workers_per_gather = 0; set work_mem = '256MB'");
const velocity = await import("node:fs").then(({ readFileSync }) =>
  readFileSync(new URL("../../../packages/policy/policies/velocity.yaml", import.meta.url), "utf8"),
);
for (const [name, yaml] of [...Object.entries(policies), ["policies/velocity.yaml", velocity] as const]) {
  const select = compileSql(checkedPolicy(yaml), "sql_bench_events");
  const startedMs = performance.now();
  await sql.unsafe(`create temporary table decided as ${select}`);
  console.log(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  await sql`drop table decided`;
}
await sql`drop table sql_bench_events`;
await sql.end();
