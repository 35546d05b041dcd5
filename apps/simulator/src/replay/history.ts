import { parseApplication, toWire } from "@scoreline/contracts";
import type { Sink } from "../adapters/files.ts";
import type { Answer } from "../transport/post.ts";

/**
 * Judges applications here, by the contract that ingest holds them to, and writes those that it accepts to `sink` in
 * canonical form, one a line, in the order of the file: the warehouse's loader reads them. `wallMs` bounds the future.
 */
export async function writeHistory<Item extends { line: string }>(
  source: AsyncIterable<Item>,
  { sink, wallMs }: { sink: Sink; wallMs: () => number },
  onAnswer: (item: Item, answer: Answer) => void,
): Promise<void> {
  for await (const item of source) {
    const parsed = parseApplication(JSON.parse(item.line), "http", wallMs());
    if (parsed.ok) await sink.write(`${JSON.stringify(toWire(parsed.value))}\n`);
    onAnswer(item, parsed.ok ? { status: 202, failures: [] } : { status: 422, failures: parsed.failures });
  }
}
