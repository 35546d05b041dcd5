import { expect, test } from "vitest";
import { seeded } from "../test/seeded.ts";
import { type Application, toWire } from "./application.ts";
import { amountMinorMax } from "./money.ts";
import { parseApplication } from "./parse.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");

const words = ["x", "Zoë 😀", 'a"b\\c', "tab\tline\n", "\u2028", "null", "0", "__proto__", "{}"];

function arbitrary(random: () => number): Application {
  const below = (bound: number) => Math.floor(random() * bound);
  const word = () => words[below(words.length)] as string;
  const maybe = <T extends object>(field: T) => (random() < 0.5 ? field : {});
  return {
    application_id: String(below(2 ** 50)),
    user_id: `u:${below(100)}`,
    credit_score: 300 + below(551),
    loan_amount_minor: 1 + below(amountMinorMax),
    timestamp_ms: below(nowMs),
    ...maybe({ applicant: { ...maybe({ name: word() }), ...maybe({ age: below(131) }) } }),
    ...maybe({ device_id: word() }),
    ...maybe({ score: { ...maybe({ date: "2024-02-29" }), ...maybe({ key_factors: [word(), word()] }) } }),
    ...maybe({ attributes: { dti: random() * 1e6, purpose: word(), employed: random() < 0.5 } }),
    ...maybe({ consent: { ...maybe({ analytics: random() < 0.5 }) } }),
  };
}

test("reading the canonical form again gives the same application", () => {
  const random = seeded(1);
  for (let i = 0; i < 2_000; i += 1) {
    const application = arbitrary(random);
    const again = parseApplication(JSON.parse(JSON.stringify(toWire(application))), "http", nowMs);
    expect(again).toEqual({
      ok: true,
      value: application,
      forgiven: { unknownFields: [], naiveTimestamp: false, textValues: [] },
    });
  }
});
