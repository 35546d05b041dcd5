import type { Failure } from "@scoreline/contracts";
import type { FaultyRecord, Settlement } from "@scoreline/stores/postgres";
import type { Draft } from "./read.ts";
import type { Kind, Score, Subject } from "./subject.ts";

/**
 * What a batch comes to, given which ids are recorded already: the first record of a new id is scored, a repeat is one
 * data-quality issue and never reaches `score`. `drafts` are consecutive records of one partition and not empty.
 */
export function settle<K extends Kind>(
  drafts: readonly Draft<K["event"]>[],
  recorded: ReadonlySet<string>,
  score: Score<K>,
  idField: Subject<K>["idField"],
): Settlement<K["scored"]> {
  const scored: K["scored"][] = [];
  const faulty: FaultyRecord[] = [];
  const met = new Set<string>();
  for (const draft of drafts) {
    if (draft.kind === "faulty") faulty.push(draft.record);
    if (draft.kind !== "candidate") continue;
    const { offset, tMs, id, event } = draft;
    if (recorded.has(id) || met.has(id)) {
      faulty.push({ offset, tMs, recordId: id, stage: "scorer", failures: [repeatOf(id, idField)], kept: undefined });
      continue;
    }
    met.add(id);
    scored.push(score(event, offset, tMs));
  }
  const last = drafts.at(-1);
  if (!last) throw new RangeError("A settlement needs at least one record.");
  return { next: last.offset + 1n, maxTMs: last.tMs, scored, faulty };
}

function repeatOf(id: string, idField: string): Failure {
  const detail = `${idField} ${id} was recorded before; this record changed nothing.`;
  return { pointer: `/${idField}`, check: `duplicate_${idField}`, detail };
}

/** The ids of a batch's good records. */
export function idsOf(drafts: readonly Draft<object>[]): string[] {
  const ids: string[] = [];
  for (const draft of drafts) if (draft.kind === "candidate") ids.push(draft.id);
  return ids;
}
