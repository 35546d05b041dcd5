import { topics } from "@scoreline/contracts";
import type { RecordToSend } from "@scoreline/kafka";
import { cardTransaction, transactionRecord, uuidOf } from "../cardTransactions.ts";

type Random = () => number;
type Wire = ReturnType<typeof purchase>;

const hotUsers = 12;
const coldUsers = 400;
/** How far back a repeat may reach, in transactions. */
const memory = 300;

/** What is wrong with a record, as a function of a good one: its bytes. */
const breakages: readonly ((wire: Wire) => Buffer)[] = [
  () => Buffer.from("{not json"),
  () => Buffer.alloc(0),
  ({ merchant, ...rest }) => json(rest),
  ({ transaction_id, ...rest }) => json(rest),
  (wire) => json({ ...wire, transaction_id: "7" }),
  (wire) => json({ ...wire, amount: 0.001, card_type: "DINERS" }),
  (wire) => json({ ...wire, device_id: "nul \u0000 byte" }),
  (wire) => json({ ...wire, timestamp: 1_700_000_000_000 }),
];

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Card transactions, as `chaosRecords` gives applications: new ones, repeats, one id under two users, and bad ones. */
export function* chaosTransactions(random: Random): Generator<RecordToSend[]> {
  const sent: Wire[] = [];
  const int = (below: number) => Math.floor(random() * below);
  const earlier = () => sent[sent.length - 1 - int(Math.min(memory, sent.length))] as Wire;
  for (let number = 0; ; number += 1) {
    const kind = sent.length === 0 ? 0 : random();
    const wire = purchase(number, random);
    if (kind < 0.8) {
      sent.push(wire);
      yield [transactionRecord(wire)];
    } else if (kind < 0.85) yield [transactionRecord(earlier())];
    else if (kind < 0.88) yield [transactionRecord({ ...earlier(), amount: 1 + int(900) })];
    else if (kind < 0.91) {
      sent.push(wire);
      yield [transactionRecord(wire), transactionRecord({ ...purchase(number, random), amount: wire.amount })];
    } else if (kind < 0.93) yield [transactionRecord(wire, { partition: int(topics.transactions.partitions) })];
    else {
      const breakage = breakages[int(breakages.length)] as (typeof breakages)[number];
      yield [transactionRecord(breakage(wire), { key: random() < 0.1 ? null : String(wire.user_id) })];
    }
  }
}

function purchase(number: number, random: Random) {
  const int = (below: number) => Math.floor(random() * below);
  return cardTransaction(number, {
    transaction_id: random() < 0.5 ? uuidOf(number) : uuidOf(number).toUpperCase(),
    user_id: random() < 0.25 ? int(hotUsers) : `u-${int(coldUsers)}`,
    amount: (1 + int(random() < 0.2 ? 90_000 : 900)) / 100,
    timestamp: 1_700_000_000 + number,
    location: `town ${random() < 0.9 ? 0 : int(6)}`,
    card_type: ["VISA", "MASTERCARD", "AMEX"][int(3)],
    device_id: `d-${random() < 0.8 ? 0 : int(4)}`,
    credit_score: 300 + int(551),
    ...(random() < 0.3 ? { is_fraud: random() < 0.5 } : {}),
    ...(random() < 0.1 ? { note: "a field that nobody knows" } : {}),
  });
}
