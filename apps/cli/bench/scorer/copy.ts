import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { perSecond } from "../figures.ts";

const lineFeed = 0x0a;

/** Bytes handed to the driver at once, about. */
const chunkBytes = 65_536;

/** A table's rows as COPY writes them, in chunks of whole rows. */
export type CopyText = { rows: number; chunks: readonly Buffer[] };

export type CopyRates = { copy_rows_per_s: number; copy_rows_per_s_two_streams: number };

/**
 * Writes the rows of `table` again by COPY, all columns byte for byte, into an empty table with the same constraints and
 * indexes: by one stream, and by two on connections of their own. It is what Postgres alone can take from Node here. Throws
 * where the table does not have so many `rows`.
 */
export async function copyRates(url: string, table: string, rows: number): Promise<CopyRates> {
  const text = await withClient(url, (client) => exportRows(client, table));
  if (text.rows !== rows) throw new Error(`${table} has ${text.rows} rows and should have ${rows}.`);
  return {
    copy_rows_per_s: await copyRate(url, table, text, 1),
    copy_rows_per_s_two_streams: await copyRate(url, table, text, 2),
  };
}

async function exportRows(client: pg.Client, table: string): Promise<CopyText> {
  const out = client.query(copyTo(`copy ${table} to stdout`));
  const chunks = await packRows(out);
  return { rows: out.rowCount ?? 0, chunks };
}

/** Puts pieces of COPY text together to chunks of `bytes` or a little more that end with a row (rows end in a line feed). */
export async function packRows(pieces: AsyncIterable<Buffer>, bytes = chunkBytes): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let held: Buffer[] = [];
  let heldBytes = 0;
  const hold = (piece: Buffer) => {
    held.push(piece);
    heldBytes += piece.length;
  };
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(lineFeed) + 1;
    if (heldBytes + end < bytes || end === 0) {
      hold(piece);
      continue;
    }
    chunks.push(Buffer.concat([...held, piece.subarray(0, end)]));
    held = [];
    heldBytes = 0;
    hold(piece.subarray(end));
  }
  if (heldBytes > 0) chunks.push(Buffer.concat(held));
  return chunks;
}

async function copyRate(url: string, table: string, { rows, chunks }: CopyText, streams: number): Promise<number> {
  const copy = `${table}_copy`;
  const half = Math.ceil(chunks.length / streams);
  const parts = Array.from({ length: streams }, (_, index) => chunks.slice(index * half, (index + 1) * half));
  return withClient(url, async (owner) => {
    await owner.query(`create table ${copy} (like ${table} including all)`);
    // Each begins after the same rest, so that one does not pay for the pages that another left to write.
    await owner.query("checkpoint");
    const clients = await Promise.all(parts.map(() => connected(url)));
    const startMs = performance.now();
    await Promise.all(
      parts.map((part, index) => {
        const client = clients[index] as pg.Client;
        return pipeline(Readable.from(part, { objectMode: false }), client.query(copyFrom(`copy ${copy} from stdin`)));
      }),
    );
    const ms = performance.now() - startMs;
    await Promise.all(clients.map((client) => client.end()));
    const { rows: counted } = await owner.query<{ rows: string }>(`select count(*) as rows from ${copy}`);
    if (Number(counted[0]?.rows) !== rows) throw new Error(`${counted[0]?.rows} of ${rows} rows were copied.`);
    await owner.query(`drop table ${copy}`);
    return perSecond(rows, ms);
  });
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "scoreline-bench" });
  await client.connect();
  return client;
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = await connected(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
