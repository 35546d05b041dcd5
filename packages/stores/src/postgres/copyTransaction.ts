import type { Connection, Submittable } from "pg";

/** A COPY from the client: the statement, and its rows in text format. */
export type Copy = { statement: string; rows: Uint8Array };

// What the driver has for its own COPY and its type declarations leave out.
type CopyConnection = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/**
 * Statements that are one transaction and one round trip: one simple query, which Postgres runs in one implicit transaction
 * (PostgreSQL manual, 54.2.2.1), with the rows of its COPYs sent right behind it. What is sent for a COPY that is not
 * reached, since a statement before it failed, the server passes over (54.2.6).
 */
export class CopyTransaction implements Submittable {
  readonly #text: string;
  readonly #rows: readonly Uint8Array[];
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  /** Settles once the server has answered, or the connection is lost and the outcome is not known. */
  readonly done = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(before: string, copies: readonly Copy[], after: string) {
    this.#text = [before, ...copies.map(({ statement }) => statement), after].join(";\n");
    this.#rows = copies.map(({ rows }) => rows);
  }

  submit(to: Connection): void {
    const connection = to as CopyConnection;
    connection.stream.cork();
    connection.query(this.#text);
    for (const rows of this.#rows) {
      connection.sendCopyFromChunk(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength));
      connection.endCopyFrom();
    }
    connection.stream.uncork();
  }

  handleError(error: Error): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  // Nothing that these tell is of use: what counts is that the whole was committed.
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
