import type { Failure } from "@scoreline/contracts";
import type { FaultyRecord, ScoredRecord, Settlement } from "@scoreline/stores/postgres";
import type { Decide } from "./decide.ts";
import type { Draft } from "./read.ts";

/**
 * What a batch comes to, given which application ids are recorded already: the first record of a new id is scored, a
 * repeat is one data-quality issue and never reaches `decide`. `drafts` are consecutive records of one partition and not empty.
 */
export function settle(drafts: readonly Draft[], recorded: ReadonlySet<string>, decide: Decide): Settlement {
  const scored: ScoredRecord[] = [];
  const faulty: FaultyRecord[] = [];
  const met = new Set<string>();
  for (const draft of drafts) {
    if (draft.kind === "faulty") faulty.push(draft.record);
    if (draft.kind !== "candidate") continue;
    const { offset, tMs, application } = draft;
    const id = application.application_id;
    if (recorded.has(id) || met.has(id)) {
      faulty.push({ offset, tMs, recordId: id, stage: "scorer", failures: [repeatOf(id)], kept: undefined });
      continue;
    }
    met.add(id);
    scored.push({ offset, tMs, application, decision: decide(application, tMs) });
  }
  const last = drafts.at(-1);
  if (!last) throw new RangeError("A settlement needs at least one record.");
  return { next: last.offset + 1n, maxTMs: last.tMs, scored, faulty };
}

function repeatOf(id: string): Failure {
  const detail = `application_id ${id} was recorded before; this record changed nothing.`;
  return { pointer: "/application_id", check: "duplicate_application_id", detail };
}

/** The ids of a batch's good records. */
export function idsOf(drafts: readonly Draft[]): string[] {
  const ids: string[] = [];
  for (const draft of drafts) if (draft.kind === "candidate") ids.push(draft.application.application_id);
  return ids;
}
