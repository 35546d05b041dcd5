import { topics } from "@scoreline/contracts";
import type { RecordToSend } from "@scoreline/kafka";

type Random = () => number;
type Wire = Record<string, unknown> & { application_id: unknown; user_id: unknown };

const topic = topics.creditApplications.name;
const hotUsers = 48;
const coldUsers = 2_000;
/** How far back a repeat may reach, in applications. */
const memory = 1_500;

/** What is wrong with a record, as a function of a good one: its bytes. */
const breakages: readonly ((wire: Wire, random: Random) => Uint8Array)[] = [
  () => Buffer.from("{not json"),
  () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  () => Buffer.alloc(0),
  () => Buffer.from("[1, 2, 3]"),
  () => Buffer.from("null"),
  ({ credit_score, ...rest }) => json(rest),
  ({ application_id, ...rest }) => json(rest),
  ({ user_id, ...rest }) => json(rest),
  (wire) => json({ ...wire, credit_score: 200 }),
  (wire) => json({ ...wire, credit_score: 701.5, loan_amount: -1 }),
  (wire) => json({ ...wire, loan_amount: 1.005 }),
  (wire) => json({ ...wire, loan_amount: "1e3" }),
  (wire) => json({ ...wire, timestamp: 1_700_000_000_000 }),
  (wire) => json({ ...wire, timestamp: "yesterday" }),
  (wire) => json({ ...wire, user_id: "no spaces please" }),
  (wire) => Buffer.from(JSON.stringify(wire).replace(/"user_id":("[^"]*"|\d+)/, '"user_id":90071992547409931')),
  (wire) => json({ ...wire, device_id: "nul \u0000 byte" }),
  (wire) => Buffer.from(JSON.stringify({ ...wire, device_id: "?" }).replace('"?"', '"\\ud800"')),
  (wire) => Buffer.from(JSON.stringify({ ...wire, attributes: 0 }).replace(/0}$/, `{"a":${nested(2_000)}}}`)),
  (wire, random) => json({ ...wire, credit_score: "x".repeat(Math.floor(random() * 100_000)) }),
];

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

function record(wire: Wire, more: Partial<RecordToSend> = {}): RecordToSend {
  return { topic, key: String(wire.user_id), value: json(wire), ...more };
}

/**
 * An endless stream of records, the same for the same seed: those of one step are sent at once. Most are new applications,
 * a third of them of few users whose windows fill; the rest are repeats with the same content or other content, one id
 * under two users at once or later, records on another partition than their user's, and bad ones of many kinds.
 */
export function* chaosRecords(random: Random): Generator<RecordToSend[]> {
  const sent: Wire[] = [];
  const int = (below: number) => Math.floor(random() * below);
  const earlier = () => sent[sent.length - 1 - int(Math.min(memory, sent.length))] as Wire;
  for (let number = 0; ; number += 1) {
    const kind = sent.length === 0 ? 0 : random();
    if (kind < 0.8) {
      const wire = application(number, random);
      sent.push(wire);
      yield [record(wire)];
    } else if (kind < 0.84) yield [record(earlier())];
    else if (kind < 0.87) yield [record({ ...earlier(), loan_amount: 500 + int(30_000) })];
    else if (kind < 0.9) {
      const [one, other] = [application(number, random), application(number, random)];
      sent.push(one);
      yield [record(one), record({ ...other, application_id: one.application_id })];
    } else if (kind < 0.91) {
      yield [record({ ...application(number, random), application_id: earlier().application_id })];
    } else if (kind < 0.93) {
      yield [record(application(number, random), { partition: int(topics.creditApplications.partitions) })];
    } else {
      const breakage = breakages[int(breakages.length)] as (typeof breakages)[number];
      const wire = application(number, random);
      const key = random() < 0.1 ? null : random() < 0.2 ? Buffer.from([0xff, 0x00, int(256)]) : String(wire.user_id);
      yield [record(wire, { key, value: breakage(wire, random) })];
    }
  }
}

function application(number: number, random: Random): Wire {
  const int = (below: number) => Math.floor(random() * below);
  return {
    application_id: random() < 0.5 ? number : `a-${number}`,
    user_id: random() < 0.33 ? int(hotUsers) : `u-${int(coldUsers)}`,
    credit_score: 300 + int(551),
    loan_amount: (100_000 + int(1_900_000)) / 100,
    timestamp: 1_700_000_000 + number,
    ...(random() < 0.7 ? { device_id: `d-${int(6)}` } : {}),
    ...(random() < 0.1 ? { note: "a field that nobody knows" } : {}),
    ...(random() < 0.1 ? { applicant: { name: "A", age: 20 + int(60), region: `r-${int(5)}` } } : {}),
  };
}
