import type { Database } from "@scoreline/stores/postgres";

export const statuses = ["Approved", "Rejected", "Under Review"] as const;
export type Status = (typeof statuses)[number];
export type Level = "Low" | "Medium" | "High";

/** An application as a test makes it up, with what was decided of it and what became of it. `history`: from a file. */
export type Case = {
  id: string;
  user: string;
  history: boolean;
  partition: number;
  offset: number;
  tMs: number;
  score: number;
  amount: number;
  region: string | null;
  attributes: Record<string, unknown> | null;
  recorded: { status: Status; level: Level; alert: boolean; exception: boolean };
  outcome: { booked: boolean; bad: boolean | null; exposure: number; maturedAt: string | null } | null;
};

/** Numbers in [0, 1), the same on every run (Park and Miller's minimal standard). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const minuteMs = 60_000;
export const startMs = Date.UTC(2026, 2, 1);

/** Cases in the order of their time: several of one user in an hour, times that tie, inputs that are missing or unfit. */
export function makeCases(count: number, seed: number): Case[] {
  const random = seeded(seed);
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
  return Array.from({ length: count }, (_, index) => {
    const history = random() < 0.2;
    const partition = history ? 0 : index % 3;
    const booked = random() < 0.7;
    return {
      id: `app-${index}`,
      user: `user-${Math.floor(random() * 12)}`,
      history,
      partition,
      offset: index,
      // Three in a row share a moment.
      tMs: startMs + Math.floor(index / 3) * 7 * minuteMs,
      score: 300 + Math.floor(random() * 551),
      amount: Math.floor(random() * 2_500_000) / 100 + 0.01,
      region: pick(["West", "East", "North", null]),
      attributes: pick([{ dti: 12.5 }, { dti: 44.25 }, { dti: "40" }, { dti: 501 }, { dti: 0.001 }, {}, null]),
      recorded: {
        status: pick(statuses),
        level: pick(["Low", "Medium", "High"]),
        alert: random() < 0.2,
        exception: !history && random() < 0.05,
      },
      outcome:
        random() < 0.3
          ? null
          : {
              booked,
              bad: booked ? pick([true, false, null]) : null,
              exposure: Math.floor(random() * 1_000_000) / 100,
              maturedAt: pick(["2020-06-01T00:00:00Z", "2020-06-01T00:00:00Z", "2999-01-01T00:00:00Z", null]),
            },
    };
  });
}

/** Puts cases where the loader would have: decisions of record, past applications and outcomes. */
export async function insertCases(warehouse: Database, cases: readonly Case[]): Promise<void> {
  const event = ({ id, user, partition, offset, tMs, score, amount, region, attributes }: Case) => ({
    application_id: id,
    user_id: user,
    credit_score: score,
    loan_amount: amount.toFixed(2),
    submitted_at: new Date(tMs),
    applicant_region: region,
    attributes: attributes === null ? null : warehouse.json(attributes as never),
    partition,
    record_offset: offset,
    t_ms: tMs,
    load_id: 1,
  });
  const live = cases.filter(({ history }) => !history);
  const recorded = live.map((one) => ({
    ...event(one),
    topic: "credit_applications",
    is_fraud: one.recorded.alert,
    fraud_rules: [],
    risk_level: one.recorded.level,
    policy_status: "Rejected",
    approval_status: one.recorded.status,
    reasons: [],
    policy_version: "consumer-loans@1",
    exception_id: one.recorded.exception ? `exception-${one.id}` : null,
    scored_at: new Date(one.tMs),
  }));
  await warehouse`insert into raw.loads (run_id) values (gen_random_uuid())`;
  if (recorded.length > 0) await warehouse`insert into raw.credit_scores ${warehouse(recorded as never)}`;
  const past = cases.filter(({ history }) => history).map((one) => ({ ...event(one), partition: 0 }));
  if (past.length > 0) await warehouse`insert into raw.historical_applications ${warehouse(past as never)}`;
  const outcomes = cases.flatMap(({ id, outcome }) =>
    outcome === null
      ? []
      : [
          {
            application_id: id,
            booked: outcome.booked,
            bad: outcome.bad,
            exposure: outcome.exposure.toFixed(2),
            matured_at: outcome.maturedAt,
            load_id: 1,
          },
        ],
  );
  if (outcomes.length > 0) await warehouse`insert into raw.outcomes ${warehouse(outcomes as never)}`;
}

/** One side's word on an application. */
export type Said = { status: Status; level: Level; alert: boolean };

/** A case with both sides' words, an exception applied to both. */
export type Compared = { one: Case; before: Said; after: Said };

/** Figures once more, in cents, from the cases themselves. */
export function figuresOf(compared: readonly Compared[]) {
  const booked = compared.filter(({ one }) => one.outcome?.booked);
  const rated = booked.filter(
    ({ one }) => one.outcome?.maturedAt && Date.parse(one.outcome.maturedAt) <= Date.now() && one.outcome.bad !== null,
  );
  const bad = rated.filter(({ one }) => one.outcome?.bad).length;
  const cents = (amounts: number[]) => amounts.reduce((sum, amount) => sum + Math.round(amount * 100), 0);
  return {
    applications: compared.length,
    amount: (cents(compared.map(({ one }) => one.amount)) / 100).toFixed(2),
    booked: booked.length,
    exposure: (cents(booked.map(({ one }) => one.outcome?.exposure ?? 0)) / 100).toFixed(2),
    rated: rated.length,
    bad,
    bad_rate: rated.length === 0 ? null : bad / rated.length,
  };
}

/** A swap set once more. */
export function swapSetOf(compared: readonly Compared[]) {
  const was = ({ before }: Compared) => before.status === "Approved";
  const is = ({ after }: Compared) => after.status === "Approved";
  return {
    approvals: {
      before: figuresOf(compared.filter(was)),
      after: figuresOf(compared.filter(is)),
      kept: figuresOf(compared.filter((row) => was(row) && is(row))),
      lost: figuresOf(compared.filter((row) => was(row) && !is(row))),
      won: figuresOf(compared.filter((row) => !was(row) && is(row))),
    },
    alerts: {
      before: compared.filter(({ before }) => before.alert).length,
      after: compared.filter(({ after }) => after.alert).length,
      gained: compared.filter(({ before, after }) => after.alert && !before.alert).length,
      lost: compared.filter(({ before, after }) => before.alert && !after.alert).length,
    },
  };
}
