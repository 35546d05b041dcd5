import { type Database, readKept } from "@scoreline/stores/postgres";
import type { Letter } from "./letters.ts";

/** A letter with the bytes that were too large for it; undefined when they are nowhere any more. */
export async function wholeLetter(sql: Database, letter: Letter): Promise<Letter | undefined> {
  if (!letter.bytesOmitted) return letter;
  const kept = letter.source && (await readKept(sql, { topic: letter.sourceTopic, ...letter.source }));
  return kept && { ...letter, key: kept.key, value: kept.value ?? Buffer.alloc(0), headers: kept.headers };
}
