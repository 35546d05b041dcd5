import type { Application, Transaction } from "@scoreline/contracts";
import { type Input, inputMax, type NumberType, type Scalar } from "./ir.ts";

/** Of an event what a policy may read; a stored row gives it as well as a parsed record does. */
export type PolicyFacts = ApplicationFacts | TransactionFacts;

export type TransactionFacts = Pick<
  Transaction,
  "amount_minor" | "credit_score" | "merchant" | "location" | "card_type" | "device_id"
>;

export type ApplicationFacts = Pick<Application, "credit_score" | "loan_amount_minor"> & {
  readonly applicant?: { readonly age?: number | undefined; readonly region?: string | undefined } | undefined;
  readonly device_id?: string | undefined;
  readonly score?: { readonly model?: string | undefined } | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly consent?:
    | { readonly automated_decision?: boolean | undefined; readonly analytics?: boolean | undefined }
    | undefined;
};

/** Reads one input of an event: its value, a number scaled by the input's type, or undefined where it is missing. */
export type InputReader = (facts: PolicyFacts) => Scalar | undefined;

/** Any event, read as what it may be: a field that its contract has not is missing. */
type AnyFacts = Partial<Omit<ApplicationFacts, "device_id"> & Omit<TransactionFacts, "device_id">> &
  Pick<ApplicationFacts, "device_id">;

/** Where a policy finds each field of a contract. The names are those of the columns that hold it. */
const fields = new Map(
  Object.entries<(facts: AnyFacts) => Scalar | undefined>({
    credit_score: (facts) => facts.credit_score,
    loan_amount: (facts) => facts.loan_amount_minor,
    amount: (facts) => facts.amount_minor,
    merchant: (facts) => facts.merchant,
    location: (facts) => facts.location,
    card_type: (facts) => facts.card_type,
    device_id: (facts) => facts.device_id,
    applicant_age: (facts) => facts.applicant?.age,
    applicant_region: (facts) => facts.applicant?.region,
    score_model: (facts) => facts.score?.model,
    consent_automated_decision: (facts) => facts.consent?.automated_decision,
    consent_analytics: (facts) => facts.consent?.analytics,
  }),
) as ReadonlyMap<string, InputReader>;

/** The reader of an input, its default included. Throws a `RangeError` where the contract has no such field. */
export function inputReader(input: Input): InputReader {
  const read = input.origin === "field" ? fieldReader(input.name) : attributeReader(input);
  const { default: standIn } = input;
  return standIn === undefined ? read : (facts) => read(facts) ?? standIn;
}

/** One value by its input; `inputReader` is for those who read many. */
export function readInput(input: Input, facts: PolicyFacts): Scalar | undefined {
  return inputReader(input)(facts);
}

function fieldReader(name: string): InputReader {
  const read = fields.get(name);
  if (!read) throw new RangeError(`The contract has no field ${name} that a policy may read.`);
  return read;
}

/** A value that does not fit its declaration counts as missing; the SQL engine takes and leaves the same ones. */
function attributeReader({ name, type, values }: Input): InputReader {
  if (type.kind === "number") return (facts) => scaledOf(attributesOf(facts)?.[name], type);
  const { kind } = type;
  const allowed = values && new Set(values);
  return (facts) => {
    const value = attributesOf(facts)?.[name];
    if (typeof value !== kind) return undefined;
    return allowed?.has(value as string) === false ? undefined : (value as Scalar);
  };
}

/** The attributes of an event; a card transaction has none. */
export function attributesOf(facts: PolicyFacts): ApplicationFacts["attributes"] {
  return (facts as ApplicationFacts).attributes;
}

/** A JSON number as a scaled integer; undefined when it has more decimals than the scale or lies beyond the bounds. */
function scaledOf(value: unknown, { scale, min, max }: NumberType): number | undefined {
  if (typeof value !== "number") return undefined;
  const factor = 10 ** scale;
  const scaled = Math.round(value * factor);
  // At most 15 digits, so a decimal and the double nearest to it tell of each other.
  if (Math.abs(scaled) > inputMax || scaled / factor !== value) return undefined;
  if (scaled < min || scaled > max) return undefined;
  // Without the sign of a negative zero.
  return scaled + 0;
}
