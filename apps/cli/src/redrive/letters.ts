import {
  checksOf,
  type DeadLetter,
  type DeadLetterStage,
  readDeadLetter,
  reasonOf,
  sendersHeaders,
  type TopicDefinition,
  topics,
} from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";

/** A dead letter as it was read: what it says, the bad record in it, and when the broker took it. */
export type Letter = DeadLetter & {
  reason: string;
  checks: string[];
  deadLetteredAtMs: number;
  key: Buffer | null;
  value: Buffer;
  headers: (readonly [name: string, value: Buffer])[];
};

/** The topics that records are put back on. Never the dead letters' own. */
const sources: readonly TopicDefinition[] = [topics.creditApplications, topics.transactions];

/** The topic that a letter's record came from or was meant for; undefined where it is none of ours. */
export function sourceOf({ sourceTopic }: Pick<DeadLetter, "sourceTopic">): TopicDefinition | undefined {
  return sources.find(({ name }) => name === sourceTopic);
}

export const sourceTopics: readonly string[] = sources.map(({ name }) => name);

/** The dead letter in a record of `dead_letters`; undefined when it is not what we write, or names another source. */
export function letterOf({ key, value, headers, timestampMs }: ConsumedRecord): Letter | undefined {
  const said = readDeadLetter(headers, timestampMs);
  const source = said && sourceOf(said);
  if (!said || !source || (said.source && said.source.partition >= source.partitions)) return undefined;
  return {
    ...said,
    reason: reasonOf(said.failures),
    checks: checksOf(said.failures),
    deadLetteredAtMs: timestampMs,
    key,
    value: value ?? Buffer.alloc(0),
    headers: sendersHeaders(headers),
  };
}

/** Which dead letters are meant. What is undefined or empty excludes none. */
export type Selection = {
  stage: DeadLetterStage | undefined;
  /** One of these is the letter's reason. */
  reasons: readonly string[];
  /** The record fails one of these checks. */
  checks: readonly string[];
  sourceTopic: string | undefined;
  /** By the time at which the letter was written, the broker's: `sinceMs` included, `untilMs` not. */
  sinceMs: number | undefined;
  untilMs: number | undefined;
  attemptMax: number | undefined;
};

export function selects(selection: Selection, letter: Letter): boolean {
  const { stage, reasons, checks, sourceTopic, sinceMs, untilMs, attemptMax } = selection;
  return (
    (stage === undefined || letter.stage === stage) &&
    (reasons.length === 0 || reasons.includes(letter.reason)) &&
    (checks.length === 0 || letter.checks.some((check) => checks.includes(check))) &&
    (sourceTopic === undefined || letter.sourceTopic === sourceTopic) &&
    letter.deadLetteredAtMs >= (sinceMs ?? 0) &&
    letter.deadLetteredAtMs < (untilMs ?? Number.POSITIVE_INFINITY) &&
    letter.attempt <= (attemptMax ?? Number.POSITIVE_INFINITY)
  );
}
