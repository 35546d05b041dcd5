import { topics } from "@scoreline/contracts";
import { type Database, putBackAlready } from "@scoreline/stores/postgres";
import { type Letter, letterOf, type Selection, selects } from "./letters.ts";
import type { TopicReader } from "./topicReader.ts";
import type { Unfinished } from "./unfinished.ts";

/** What was met on the way through the dead letters. */
export type Survey = {
  /** The ids of all that are selected: a letter is written at least once, so it may come again. */
  met: Set<string>;
  /** Selected, and not put back before, by source topic and reason. */
  groups: Map<string, { sourceTopic: string; reason: string; count: number }>;
  /** The first ids of them. */
  examples: string[];
  /** Selected, and put back before. */
  putBackBefore: number;
  /** On the topic and not what Scoreline writes: left alone. */
  unreadable: number;
};

const examplesMax = 5;

export function newSurvey(): Survey {
  return { met: new Set(), groups: new Map(), examples: [], putBackBefore: 0, unreadable: 0 };
}

/**
 * The dead letters that are on the topic now, are selected, and were not put back before, each once, in batches of at
 * most `countMax`. Letters of one key come in the order in which their records failed.
 */
export async function* selectedLetters(
  { sql, reader }: { sql: Database; reader: TopicReader },
  { selection, ids, unfinished }: { selection: Selection; ids?: ReadonlySet<string>; unfinished: Unfinished },
  countMax: number,
  survey: Survey,
): AsyncGenerator<Letter[]> {
  const { name: topic, partitions } = topics.deadLetters;
  const ends = await reader.ends(topic, partitions);
  const ranges = ends.map(({ low, high }, partition) => ({ topic, partition, from: low, end: high }));
  const before = new Set([...unfinished.found.map(({ deadLetterId }) => deadLetterId), ...unfinished.unknown]);
  const { met } = survey;
  for await (const records of reader.read(ranges, countMax)) {
    const selected: Letter[] = [];
    for (const record of records) {
      const letter = letterOf(record);
      if (!letter) survey.unreadable += 1;
      else if (selects(selection, letter) && (ids?.has(letter.id) ?? true) && !met.has(letter.id)) {
        met.add(letter.id);
        selected.push(letter);
      }
    }
    const recorded = await putBackAlready(
      sql,
      selected.map(({ id }) => id),
    );
    const open = selected.filter(({ id }) => !recorded.has(id) && !before.has(id));
    survey.putBackBefore += selected.length - open.length;
    for (const letter of open) count(survey, letter);
    if (open.length > 0) yield open;
  }
}

function count({ groups, examples }: Survey, { id, sourceTopic, reason }: Letter): void {
  const key = `${sourceTopic} ${reason}`;
  const group = groups.get(key) ?? { sourceTopic, reason, count: 0 };
  groups.set(key, { ...group, count: group.count + 1 });
  if (examples.length < examplesMax) examples.push(id);
}
