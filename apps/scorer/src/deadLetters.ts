import { deadLetterId, readPast, sendersHeaders, topics, writeDeadLetter } from "@scoreline/contracts";
import { type RecordToSend, recordBytesMax } from "@scoreline/kafka";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import type { FaultyRecord, KeptRecord } from "@scoreline/stores/postgres";

type Place = { topic: string; partition: number };

/** What a producer counts of a record beside its contents, with some room. */
const recordOverheadBytes = 256;
/** The lengths of a header's name and value (Kafka protocol, record format v2). */
const headerOverheadBytes = 10;

/** What is kept of a bad record: its bytes, and of its past what its headers credibly say. */
export function keep(raw: ConsumedRecord, tMs: number, scorerVersion: string): KeptRecord {
  const { key, value, headers } = raw;
  return { key, value, headers: sendersHeaders(headers), ...readPast(headers, tMs), scorerVersion };
}

/** The dead letter of a committed bad record: a repeat is the same letter. */
export function deadLetterOf({ topic, partition }: Place, record: FaultyRecord, kept: KeptRecord): RecordToSend {
  const source = { partition, offset: record.offset };
  const { stage, failures } = record;
  const { attempt, firstFailedAtMs, scorerVersion } = kept;
  const id = deadLetterId(topic, source);
  const past = { attempt, firstFailedAtMs, scorerVersion };
  const headersWhen = (bytesOmitted: boolean) =>
    Object.entries(writeDeadLetter({ id, stage, failures, sourceTopic: topic, source, ...past, bytesOmitted }));
  const whole = {
    topic: topics.deadLetters.name,
    key: kept.key,
    value: kept.value ?? Buffer.alloc(0),
    headers: [...kept.headers, ...headersWhen(false)],
  };
  if (bytesOf(whole) <= recordBytesMax) return whole;
  // A record as large as the broker takes leaves no room for the headers; it must not hold up those behind it.
  return { topic: whole.topic, key: null, value: Buffer.alloc(0), headers: headersWhen(true) };
}

type Sized = { key: Buffer | null; value: Buffer; headers: (readonly [name: string, content: string | Buffer])[] };

function bytesOf({ key, value, headers }: Sized): number {
  const inHeaders = headers.map(
    ([name, content]) => Buffer.byteLength(name) + Buffer.byteLength(content) + headerOverheadBytes,
  );
  return value.length + (key?.length ?? 0) + inHeaders.reduce((a, b) => a + b, 0) + recordOverheadBytes;
}
