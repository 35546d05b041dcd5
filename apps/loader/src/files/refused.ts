import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Failure } from "@scoreline/contracts";

/** A line of a file that was not taken, and each rule that it breaks; named by its line, its application or both. */
export type Refused = { line?: number; application_id?: string; failures: Failure[] };

/** Refused lines told on the terminal at most; all of them are counted, and written where a file for them is given. */
const toldMax = 10;

/** Counts refused lines, keeps the first ones to be told, and writes all to a file as one JSON object a line. */
export class RefusedLines {
  readonly #path: string | undefined;
  readonly #stream: ReturnType<typeof createWriteStream> | undefined;
  readonly #first: Refused[] = [];
  #count = 0;

  private constructor(path: string | undefined, stream: ReturnType<typeof createWriteStream> | undefined) {
    this.#path = path;
    this.#stream = stream;
  }

  /** Throws the file system's error when the file cannot be made. */
  static async open(path: string | undefined): Promise<RefusedLines> {
    if (path === undefined) return new RefusedLines(undefined, undefined);
    const stream = createWriteStream(path);
    await once(stream, "open");
    return new RefusedLines(path, stream);
  }

  get count(): number {
    return this.#count;
  }

  async add(refused: Refused): Promise<void> {
    this.#count += 1;
    if (this.#first.length < toldMax) this.#first.push(refused);
    if (this.#stream && !this.#stream.write(`${JSON.stringify(refused)}\n`)) await once(this.#stream, "drain");
  }

  /** Resolves when the file is complete; throws what its writing threw. */
  async close(): Promise<void> {
    if (!this.#stream) return;
    this.#stream.end();
    await finished(this.#stream);
  }

  /** `line 7 (app-7): bad is "maybe"; send …`, one line a rule, and where the others are. */
  told(): string[] {
    const lines = this.#first.flatMap((refused) =>
      refused.failures.map(({ detail }) => `${nameOf(refused)}: ${detail}`),
    );
    const more = this.#count - this.#first.length;
    if (more <= 0) return lines;
    const where = this.#path === undefined ? "--rejects FILE writes them all" : `all are in ${this.#path}`;
    return [...lines, `and ${more} more lines; ${where}`];
  }
}

function nameOf({ line, application_id: id }: Refused): string {
  if (line === undefined) return String(id);
  return id === undefined ? `line ${line}` : `line ${line} (${id})`;
}
