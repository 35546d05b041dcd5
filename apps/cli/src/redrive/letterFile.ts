import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import type { Letter } from "./letters.ts";

/** What a person made of a dead letter's record. An absent key or value stays as it was. */
export type Mended = { key?: Buffer | null; value?: Buffer };

const fileBytesMax = 256 * 1_048_576;

/** A dead letter as a line of a file: text as text, bytes that are no UTF-8 as base64. */
export function lineOf(letter: Letter): string {
  const { id, stage, reason, checks, failures, sourceTopic, source, attempt, scorerVersion, key, value } = letter;
  return JSON.stringify({
    dead_letter_id: id,
    stage,
    reason,
    checks,
    failures,
    source_topic: sourceTopic,
    source_partition: source?.partition,
    source_offset: source && String(source.offset),
    attempt,
    first_failed_at: new Date(letter.firstFailedAtMs).toISOString(),
    dead_lettered_at: new Date(letter.deadLetteredAtMs).toISOString(),
    scorer_version: scorerVersion,
    ...contentOf("key", key),
    ...contentOf("value", value),
  });
}

function contentOf(name: string, bytes: Buffer | null): Record<string, string | null> {
  if (bytes === null) return { [name]: null };
  const text = textOf(bytes);
  return text === undefined ? { [`${name}_base64`]: bytes.toString("base64") } : { [name]: text };
}

/** Bytes as the text that they are in UTF-8, a byte order mark included; undefined when they are none. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const text = z.string().transform((value) => Buffer.from(value));
const base64 = z.base64().transform((value) => Buffer.from(value, "base64"));
const Line = z
  .object({
    dead_letter_id: z.string().min(1),
    key: text.nullable().optional(),
    key_base64: base64.optional(),
    value: text.optional(),
    value_base64: base64.optional(),
  })
  .refine((line) => line.key === undefined || line.key_base64 === undefined, { error: "has both key and key_base64" })
  .refine((line) => line.value === undefined || line.value_base64 === undefined, {
    error: "has both value and value_base64",
  });

/**
 * Reads a file of lines as `lineOf` writes them, edited: by dead letter id, what is to be put back. Other fields than the
 * id, key and value are not read. Throws with file and line on what cannot be read.
 */
export function readMended(file: string): Map<string, Mended> {
  if (statSync(file).size > fileBytesMax) throw new Error(`${file} is larger than ${fileBytesMax} bytes; split it.`);
  const lines = textOf(readFileSync(file));
  if (lines === undefined) throw new Error(`${file} is not UTF-8.`);
  const mended = new Map<string, Mended>();
  for (const [index, line] of lines.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = `${file}:${index + 1}`;
    const read = Line.safeParse(jsonOf(line, at));
    if (!read.success) throw new Error(`${at}: ${z.prettifyError(read.error)}`);
    const { dead_letter_id: id, key, key_base64, value, value_base64 } = read.data;
    if (mended.has(id)) throw new Error(`${at}: ${id} stands in the file twice.`);
    const [newKey, newValue] = [key_base64 ?? key, value_base64 ?? value];
    mended.set(id, {
      ...(newKey !== undefined && { key: newKey }),
      ...(newValue !== undefined && { value: newValue }),
    });
  }
  return mended;
}

function jsonOf(line: string, at: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${at}: ${(error as Error).message}`, { cause: error });
  }
}
