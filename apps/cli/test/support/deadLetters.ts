import { deadLetterHeaders, sendersHeaders, topics } from "@scoreline/contracts";
import type { RecordToSend } from "@scoreline/kafka";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { readTopic } from "./topic.ts";

/** A record of `credit_applications` unless said otherwise; a value that is no Buffer goes as JSON. */
export function record(value: unknown, over: Partial<RecordToSend> = {}): RecordToSend {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return { topic: topics.creditApplications.name, key: "u", value: bytes, ...over };
}

/** A good application as a sender's JSON. */
export function application(id: string, over: object = {}) {
  return { application_id: id, user_id: "u", credit_score: 700, loan_amount: 1000, timestamp: 1_767_225_600, ...over };
}

/** Appends records in order; gives their places. */
export async function produce(brokers: string, records: RecordToSend[]) {
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  await producer.ready();
  const placed = await Promise.all(records.map((each) => producer.send(each)));
  await producer.close();
  return placed;
}

/** A header's text. */
export function headerOf({ headers }: ConsumedRecord, name: keyof typeof deadLetterHeaders): string | undefined {
  return headers.find(([header]) => header === deadLetterHeaders[name])?.[1].toString();
}

/** The dead letters whose bad records have this key, oldest first. */
export async function lettersOf(brokers: string, key: string): Promise<ConsumedRecord[]> {
  const letters = await readTopic(brokers, topics.deadLetters.name);
  return letters
    .filter((letter) => letter.key?.toString("latin1") === key)
    .sort((a, b) => Number(headerOf(a, "sourceOffset")) - Number(headerOf(b, "sourceOffset")));
}

/** What was put back on `credit_applications` of letters with these ids, in the order of the topic. */
export async function putBackOf(brokers: string, ids: readonly (string | undefined)[]): Promise<ConsumedRecord[]> {
  const records = await readTopic(brokers, topics.creditApplications.name);
  return records
    .filter(
      (each) => each.headers.some(([name]) => name === deadLetterHeaders.id) && ids.includes(headerOf(each, "id")),
    )
    .sort((a, b) => Number(a.offset - b.offset));
}

/** A record without what its place on a topic adds, and without our headers. */
export function contentOf({ key, value, headers }: ConsumedRecord) {
  return { key, value, headers: sendersHeaders(headers) };
}
