import { z } from "zod";
import {
  ageYearsMax,
  attributeName,
  attributesMax,
  creditScoreMax,
  creditScoreMin,
  keyFactorsMax,
  textLengthMax,
} from "./bounds.ts";
import { Identifier } from "./ids.ts";
import { formatMinorUnits, Money } from "./money.ts";
import { nameOf, text } from "./text.ts";
import { Timestamp } from "./time.ts";

/** An integer within bounds; its error says what came and what the rule is. */
export function integerWithin(min: number, max: number) {
  const rule = `send an integer from ${min} to ${max}`;
  return z
    .number({ error: (issue) => `is ${nameOf(issue.input)}; ${rule}` })
    .int({ error: (issue) => `is ${nameOf(issue.input)}; ${rule}` })
    .min(min, { error: (issue) => `is ${nameOf(issue.input)}; ${rule}` })
    .max(max, { error: (issue) => `is ${nameOf(issue.input)}; ${rule}` });
}

export const CreditScore = integerWithin(creditScoreMin, creditScoreMax).meta({
  description: `FICO score, ${creditScoreMin} to ${creditScoreMax}.`,
});

/** An object of optional fields; its error says what came instead. */
function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape, { error: (issue) => `is ${nameOf(issue.input)}; send an object` });
}

const flag = z.boolean({ error: (issue) => `is ${nameOf(issue.input)}; send true or false` });
const calendarDay = z.iso
  .date({ error: (issue) => `is ${nameOf(issue.input)}; send a date such as 2026-01-31` })
  // Postgres' calendar has no year 0 (manual, 8.5.1.1).
  .refine((day) => !day.startsWith("0000"), { error: (issue) => `is ${nameOf(issue.input)}; send a year from 0001` });

const Attributes = z
  .record(
    z.string().regex(attributeName, { error: "is not a lower_snake_case name of at most 63 characters" }),
    z.union([text(textLengthMax.attribute), z.number(), z.boolean()], {
      error: "is not a string, a number, true or false",
    }),
    { error: (issue) => `is ${nameOf(issue.input)}; send a flat object` },
  )
  .refine((map) => Object.keys(map).length <= attributesMax, { error: `has more than ${attributesMax} keys` })
  .meta({ maxProperties: attributesMax, description: "What a policy may name besides, such as annual_income or dti." });

/** The wire form of a loan application, field by field. `null` in an optional field means absent (see `withoutNulls`). */
export const applicationFields = {
  application_id: Identifier,
  user_id: Identifier,
  credit_score: CreditScore,
  loan_amount: Money,
  timestamp: Timestamp,
  applicant: group({
    name: text(textLengthMax.name).optional(),
    age: integerWithin(0, ageYearsMax).meta({ description: "In years." }).optional(),
    gender: text(textLengthMax.gender).optional(),
    region: text(textLengthMax.region).optional(),
  })
    .meta({ description: "The person who applies, as the lender knows them." })
    .optional(),
  device_id: text(textLengthMax.deviceId)
    .meta({ description: "The device that the application was sent from." })
    .optional(),
  score: group({
    model: text(textLengthMax.model).meta({ description: "The scoring model, such as FICO 8." }).optional(),
    date: calendarDay.meta({ description: "The day the score was made." }).optional(),
    key_factors: z
      .array(text(textLengthMax.keyFactor))
      .max(keyFactorsMax, { error: `has more than ${keyFactorsMax} entries` })
      .meta({ description: "What lowered the score most, as the bureau words it." })
      .optional(),
  })
    .meta({ description: "Where the credit score comes from." })
    .optional(),
  attributes: Attributes.optional(),
  consent: group({ automated_decision: flag.optional(), analytics: flag.optional() })
    .meta({ description: "What the applicant agreed to." })
    .optional(),
};

export const ApplicationWire = z.object(applicationFields);

/**
 * A loan application as everything behind the door sees it: identifiers canonical, money in minor units (cents),
 * `timestamp` in epoch milliseconds of the sender's clock.
 */
export type Application = Omit<z.output<typeof ApplicationWire>, "loan_amount" | "timestamp"> & {
  loan_amount_minor: number;
  timestamp_ms: number;
};

/** An attribute's value: what a policy may compare. */
export type AttributeValue = string | number | boolean;

/** The canonical wire form: what ingest puts on the topic. Reading it again gives the same application. */
export function toWire(application: Application) {
  const { loan_amount_minor, timestamp_ms, ...rest } = application;
  return { ...rest, loan_amount: formatMinorUnits(loan_amount_minor), timestamp: new Date(timestamp_ms).toISOString() };
}
