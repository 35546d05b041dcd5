import type { Failure } from "@scoreline/contracts";
import type { Sink } from "../adapters/files.ts";

/** A row that was not accepted; `status` is missing where it was refused before it was sent. */
export type Reject = {
  line: number;
  application_id?: string;
  transaction_id?: string;
  status?: number;
  failures: Failure[];
};

/** Rejected rows on their way to a file, one JSON object a line. Without a sink they go nowhere. */
export class Rejects {
  readonly #sink: Sink | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(sink: Sink | undefined) {
    this.#sink = sink;
  }

  add(reject: Reject): void {
    const sink = this.#sink;
    if (!sink) return;
    this.#written = this.#written.then(() => sink.write(`${JSON.stringify(reject)}\n`));
    // A failure is met in `written`; until then it is no unhandled rejection.
    this.#written.catch(() => {});
  }

  /** Resolves when all that was added is out of our hands; throws what the file's writing threw. */
  written(): Promise<void> {
    return this.#written;
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#sink?.close();
  }
}
