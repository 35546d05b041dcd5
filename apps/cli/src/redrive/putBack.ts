import { nextAttempt, writeRedriven } from "@scoreline/contracts";
import { DeliveryFailed, type Producer, partitionForKey, type RecordToSend } from "@scoreline/kafka";
import { claimRedrives, type Database, forgetRedrives, recordRedrives } from "@scoreline/stores/postgres";
import type { Mended } from "./letterFile.ts";
import { type Letter, sourceOf } from "./letters.ts";
import { wholeLetter } from "./wholeLetter.ts";

export type PutBackDeps = {
  sql: Database;
  producer: Producer;
  /** The end of a source topic's partition before anything was put back. */
  endOf: (topic: string, partition: number) => bigint;
  mended: ReadonlyMap<string, Mended>;
};

/** What became of a batch: how many the broker has, and the ids of those that cannot be put back. */
export type PutBack = { putBack: number; refused: string[]; withoutBytes: string[] };

type Back = { letter: Letter; record: RecordToSend & { partition: number }; mended: boolean };

/**
 * Puts dead letters back on their topics. Each is claimed in `redrives` before it is sent and recorded once the broker has
 * it: a command that dies in between leaves a claim, for which the next one looks on the topic (see `findUnfinished`).
 * Throws when the broker does not answer; what it has acknowledged until then is recorded.
 */
export async function putBack(deps: PutBackDeps, letters: readonly Letter[]): Promise<PutBack> {
  const { sql, producer } = deps;
  const backs = await Promise.all(letters.map((letter) => backOf(deps, letter)));
  const withoutBytes = letters.filter((_, index) => !backs[index]).map(({ id }) => id);
  const ready = backs.filter((back) => back !== undefined);
  const claimed = await claimRedrives(
    sql,
    ready.map((back) => redriveOf(deps, back)),
  );
  const sending = ready.filter(({ letter }) => claimed.has(letter.id));
  const sent = await Promise.allSettled(sending.map(({ record }) => producer.send(record)));
  const placed: { deadLetterId: string; offset: bigint }[] = [];
  const refused: string[] = [];
  const unanswered: unknown[] = [];
  for (const [index, { letter }] of sending.entries()) {
    const result = sent[index];
    if (result?.status === "fulfilled") placed.push({ deadLetterId: letter.id, offset: result.value.offset });
    else if (isRefused(result?.reason)) refused.push(letter.id);
    else unanswered.push(result?.reason);
  }
  await recordRedrives(sql, placed);
  await forgetRedrives(sql, refused);
  if (unanswered.length > 0) {
    throw new Error(
      `The broker did not acknowledge ${unanswered.length} records. Run the same command again: ` +
        "what did arrive is found and not put back twice.",
      { cause: unanswered[0] },
    );
  }
  return { putBack: placed.length, refused, withoutBytes };
}

/** A record that the broker will never take; it is surely not on the topic. */
function isRefused(reason: unknown): boolean {
  return reason instanceof DeliveryFailed && !reason.retryable;
}

/** The record that a letter goes back as; undefined where its bytes are nowhere any more. */
async function backOf({ sql, mended }: PutBackDeps, letter: Letter): Promise<Back | undefined> {
  const edit = mended.get(letter.id);
  const whole = (await wholeLetter(sql, letter)) ?? (edit?.value && letter);
  if (!whole) return undefined;
  const { key, value } = { ...whole, ...edit };
  const isMoved = !sameBytes(key, whole.key);
  const headers = [...whole.headers, ...Object.entries(writeRedriven(letter))];
  const record = { topic: letter.sourceTopic, key, value, headers, partition: partitionOf(letter, key, isMoved) };
  return { letter, record, mended: isMoved || !value.equals(whole.value) };
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/**
 * Where a record goes: on the partition it came from, unless its key was mended. What never was on a topic goes by its
 * key, and without a key by its letter's id, so that each record has one partition to be looked for on.
 */
function partitionOf(letter: Letter, key: Buffer | null, isMoved: boolean): number {
  if (letter.source && !isMoved) return letter.source.partition;
  return partitionForKey(key ?? letter.id, sourceOf(letter)?.partitions ?? 1);
}

function redriveOf({ endOf }: PutBackDeps, { letter, record, mended }: Back) {
  const { id, firstFailedAtMs } = letter;
  const { topic, partition } = record;
  const fromOffset = endOf(topic, partition);
  return { deadLetterId: id, attempt: nextAttempt(letter), firstFailedAtMs, topic, partition, fromOffset, mended };
}
