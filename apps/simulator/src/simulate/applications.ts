import { formatMinorUnits } from "@scoreline/contracts";
import { applicationBreakages, breakContract } from "./invalid.ts";
import { Randomness } from "./randomness.ts";
import { Users } from "./users.ts";

export type SimulationOptions = {
  /** Integer from 0 to `seedMax`; two seeds share no identifier. */
  seed: number;
  users: number;
  /** Shares of all records, each from 0 to 1, together at most 1. */
  invalidShare: number;
  duplicateShare: number;
  /** The moment before the first record, epoch milliseconds. */
  startMs: number;
};

/** One line of NDJSON with what it is meant to show. `check` is the one that an invalid record must fail. */
export type Simulated = { line: string; userId: string } & (
  | { kind: "valid" | "duplicate" }
  | { kind: "invalid"; check: string }
);

/** An application in the contract's wire form. */
export type WireApplication = Record<string, unknown> & { application_id: string; user_id: string };

export const simulationDefaults = {
  users: 1_000,
  invalidShare: 0.02,
  duplicateShare: 0.01,
  startMs: Date.UTC(2025, 0, 1),
} as const;

/** The seeds that the generator tells apart (32 bits). */
export const seedMax = 2 ** 32 - 1;

/** Applications follow each other within this time, half of it on average. */
export const gapMsMax = 10_000;

/** The share that the default policy calls fraud: a score below 450 and more than 15,000. */
const riskyShare = 0.02;

/** A duplicate repeats one of so many valid applications before it. */
const rememberedMax = 1_000;

/**
 * Endless applications of one seed. The options alone decide every byte: no clock is read, and a longer run begins with
 * all of a shorter one. Timestamps rise from `startMs` by up to `gapMsMax` each.
 */
export function* simulateApplications(options: SimulationOptions): Generator<Simulated, never> {
  const random = new Randomness([options.seed, 2]);
  const users = new Users(options.seed, options.users);
  const remembered: WireApplication[] = [];
  let timeMs = options.startMs;
  let validCount = 0;
  for (let index = 0; ; index++) {
    timeMs += random.integer(1, gapMsMax);
    const draw = random.unit();
    const original = remembered[random.integer(0, remembered.length - 1)];
    if (original && draw >= options.invalidShare && draw < options.invalidShare + options.duplicateShare) {
      yield { kind: "duplicate", line: JSON.stringify(repeat(original, random)), userId: original.user_id };
      continue;
    }
    const application = makeApplication(`sim-${options.seed}-${index}`, timeMs, users, random);
    if (draw < options.invalidShare) {
      const { broken, check } = breakContract(application, applicationBreakages, random);
      yield { kind: "invalid", check, line: JSON.stringify(broken), userId: application.user_id };
      continue;
    }
    remembered[validCount++ % rememberedMax] = application;
    yield { kind: "valid", line: JSON.stringify(application), userId: application.user_id };
  }
}

const purposes = [
  "debt_consolidation",
  "credit_card",
  "home_improvement",
  "car",
  "medical",
  "major_purchase",
  "small_business",
  "education",
] as const;

const keyFactors = [
  "Proportion of balances to credit limits is too high",
  "Length of time accounts have been established",
  "Too many recent inquiries",
  "Delinquency on accounts",
  "Too few accounts currently paid as agreed",
] as const;

function makeApplication(application_id: string, timeMs: number, users: Users, random: Randomness): WireApplication {
  const risky = random.unit() < riskyShare;
  const user = risky ? users.distressed(random) : users.any(random);
  const distressed = user.scoreCentre < 450;
  // Only a risky application has both a score below 450 and an amount above 15,000, so their share is what it says.
  const [scoreMin, scoreMax] = distressed ? [300, 449] : [450, 850];
  const [amountMin, amountMax] = risky ? [15_001, 35_000] : [1_000, distressed ? 15_000 : 40_000];
  // Squared, so that small loans are more frequent than large ones.
  const amountMinor = Math.round((amountMin + (amountMax - amountMin) * random.unit() ** 2) * 100);
  const credit_score = random.normalInteger(user.scoreCentre, 12, scoreMin, scoreMax);
  const factor = random.integer(0, keyFactors.length - 1);
  return {
    application_id,
    user_id: user.user_id,
    credit_score,
    loan_amount: formatMinorUnits(amountMinor),
    timestamp: new Date(timeMs).toISOString(),
    applicant: user.applicant,
    device_id: random.pick(user.deviceIds),
    score: {
      model: "FICO 8",
      date: new Date(timeMs - random.integer(0, 20) * 86_400_000).toISOString().slice(0, 10),
      ...(credit_score < 700 && { key_factors: [keyFactors[factor], keyFactors[(factor + 1) % keyFactors.length]] }),
    },
    attributes: {
      annual_income: user.annualIncome,
      dti: random.normalInteger(1_800, 700, 0, 6_000) / 100,
      purpose: random.pick(purposes),
      employment_years: user.employmentYears,
      inquiries_6m: Math.floor(4 * random.unit() ** 2),
    },
  };
}

/** The same application again; every second time with other content, which a sender must not do. */
function repeat(original: WireApplication, random: Randomness): WireApplication {
  if (random.unit() < 0.5) return original;
  return { ...original, loan_amount: formatMinorUnits(random.integer(100_000, 1_500_000)) };
}
