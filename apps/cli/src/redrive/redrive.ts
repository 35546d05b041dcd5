import { topics } from "@scoreline/contracts";
import { type Producer, recordBytesMax } from "@scoreline/kafka";
import { type Database, forgetRedrives, recordRedrives, withRedriveLock } from "@scoreline/stores/postgres";
import type { Mended } from "./letterFile.ts";
import type { Letter, Selection } from "./letters.ts";
import { putBack } from "./putBack.ts";
import { newSurvey, type Survey, selectedLetters } from "./selected.ts";
import type { TopicReader } from "./topicReader.ts";
import { findUnfinished } from "./unfinished.ts";

export type RedriveRequest = {
  selection: Selection;
  /** Only these, as they were edited. */
  mended?: ReadonlyMap<string, Mended>;
};

type Reading = { sql: Database; reader: TopicReader };

/** What a redrive came to, or would. `unfinished` are ids of which nobody can say whether they were put back. */
export type RedriveReport = Survey & {
  putBack: number;
  /** Ids of records that the broker does not take: too large with the headers of a redrive. */
  refused: string[];
  /** Ids of letters without bytes, of which `failed_records` has none either. */
  withoutBytes: string[];
  unfinished: string[];
};

/** Letters that are read, or put back, in one go. */
const batchMax = 500;
/** Bytes that are put back in one go; below what a producer queues. */
const batchBytesMax = 16_000_000;
/** With a rate, so many batches a second. */
const batchesPerSecond = 10;

/** What `redrive` would do now: every letter that it would put back goes to `each`. Nothing is written. */
export async function surveyRedrive(
  { sql, reader }: Reading,
  { selection, mended }: RedriveRequest,
  each: (letter: Letter) => Promise<void> | void = () => {},
): Promise<RedriveReport> {
  const survey = newSurvey();
  const unfinished = await findUnfinished(sql, reader);
  const wanted = { selection, unfinished, ...(mended && { ids: new Set(mended.keys()) }) };
  for await (const letters of selectedLetters({ sql, reader }, wanted, batchMax, survey)) {
    for (const letter of letters) await each(letter);
  }
  return { ...survey, putBack: 0, refused: [], withoutBytes: [], unfinished: unfinished.unknown };
}

/**
 * Puts the selected dead letters back on the topics they came from, at most `ratePerSecond`, once each: what an earlier
 * redrive has put back is left alone. Only what is on `dead_letters` when it begins is met, so a record that fails again
 * is a matter of the next redrive. Throws `RedriveUnderWay`, and when a server does not answer.
 */
export async function redrive(
  deps: Reading & { producer: Producer },
  { selection, mended }: RedriveRequest,
  ratePerSecond: number | undefined,
): Promise<RedriveReport> {
  const { sql, reader, producer } = deps;
  return withRedriveLock(sql, async () => {
    const unfinished = await findUnfinished(sql, reader);
    await recordRedrives(sql, unfinished.found);
    await forgetRedrives(sql, unfinished.absent);
    await producer.ready();
    const report = { ...newSurvey(), putBack: 0, refused: [] as string[], withoutBytes: [] as string[] };
    const endOf = await endsOfSources(reader);
    const wanted = { selection, unfinished, ...(mended && { ids: new Set(mended.keys()) }) };
    const countMax = ratePerSecond ? Math.min(Math.ceil(ratePerSecond / batchesPerSecond), batchMax) : batchMax;
    const startMs = performance.now();
    for await (const letters of selectedLetters(deps, wanted, countMax, report)) {
      for (const batch of batchesOf(letters)) {
        const dueMs = ratePerSecond ? startMs + (report.putBack * 1_000) / ratePerSecond : startMs;
        await wait(dueMs - performance.now());
        const back = await putBack({ sql, producer, endOf, mended: mended ?? new Map() }, batch);
        report.putBack += back.putBack;
        report.refused.push(...back.refused);
        report.withoutBytes.push(...back.withoutBytes);
      }
    }
    return { ...report, unfinished: unfinished.unknown };
  });
}

async function endsOfSources(reader: TopicReader): Promise<(topic: string, partition: number) => bigint> {
  const ends = new Map<string, { high: bigint }[]>();
  for (const { name, partitions } of [topics.creditApplications, topics.transactions]) {
    ends.set(name, await reader.ends(name, partitions));
  }
  return (topic, partition) => ends.get(topic)?.[partition]?.high ?? 0n;
}

/** Letters in parts of a bounded size; one at least. */
function batchesOf(letters: readonly Letter[]): Letter[][] {
  const batches: Letter[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const letter of letters) {
    const size = letter.bytesOmitted ? recordBytesMax : bytesOf(letter);
    if (bytes + size > batchBytesMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(letter);
    bytes += size;
  }
  return batches;
}

function bytesOf({ key, value, headers }: Letter): number {
  return headers.reduce(
    (bytes, [name, content]) => bytes + name.length + content.length,
    (key?.length ?? 0) + value.length,
  );
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
