import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { readStreams } from "./positions.ts";

/** How far a partition's rows of a table are loaded, from `raw.load_offsets`. */
export type Loaded = Place & { table: string; topicId: string; offset: bigint };

/** Tables whose rows `raw` holds as creditdb does, and what names a row. */
const copiedTables = {
  credit_scores: "application_id",
  processed_transactions: "transaction_id",
  data_quality_issues: "issue_number",
} as const;
export type CopiedTable = keyof typeof copiedTables;

/** creditdb and dw_finance. */
export type Databases = { creditdb: Database; warehouse: Database };

/** Reads how far every table is loaded. A load commits its rows with these, so what lies below them is complete. */
export async function readLoaded(warehouse: Database): Promise<Loaded[]> {
  const rows = await warehouse<Loaded[]>`
    select source_table as table, topic, partition, topic_id as "topicId", loaded_offset as "offset"
    from raw.load_offsets order by source_table, topic, partition`;
  return [...rows];
}

/** Whether dw_finance has a table. */
export async function hasTable(warehouse: Database, table: string): Promise<boolean> {
  const [row] = await warehouse<{ there: boolean }[]>`select to_regclass(${table}::text) is not null as there`;
  return row?.there === true;
}

/** What is loaded lies within what is projected, of the same topics. Offsets projected are read after those loaded. */
export async function checkLoaded(creditdb: Database, loaded: readonly Loaded[], examplesMax: number): Promise<Check> {
  const findings = new Findings(examplesMax);
  const streams = new Map((await readStreams(creditdb)).map((stream) => [placeOf(stream), stream]));
  for (const place of loaded) {
    const stream = streams.get(placeOf(place));
    const at = `${placeOf(place)} of raw.${place.table}`;
    if (!stream) findings.add(at, "is loaded and not in stream_offsets");
    else if (stream.topicId !== place.topicId)
      findings.add(at, `is of the topic ${place.topicId}, now ${stream.topicId}`);
    else if (stream.projected < place.offset) {
      findings.add(at, `is loaded up to ${place.offset} and projected up to ${stream.projected}`);
    }
  }
  return checkOf(
    {
      compared: "partitions loaded = partitions projected that far",
      left: loaded.length,
      right: loaded.length - findings.count,
      remedy:
        "creditdb is older than the warehouse, or of another topic: restore dw_finance to match, or load an empty one.",
    },
    findings,
  );
}

type Digest = Place & { chunk: bigint; rows: bigint; digest: string };
type Row = { record_offset: bigint; key: string; digest: string };

/**
 * The rows of a table below its loaded offsets are the same in creditdb and in `raw`, in every column. Both sides give a
 * number of rows and a sum of digests for each 10,000 offsets; only where those differ are rows read. Undefined where `raw`
 * has no such table.
 */
export async function checkCopied(
  { creditdb, warehouse }: Databases,
  table: CopiedTable,
  loaded: readonly Loaded[],
  examplesMax: number,
): Promise<Check | undefined> {
  if (!(await hasTable(warehouse, `raw.${table}`))) return undefined;
  const findings = new Findings(examplesMax);
  const bounds = loaded.filter((place) => place.table === table);
  const columns = await columnsOf(warehouse, table);
  const [recorded, copied] = await Promise.all([
    readDigests(creditdb, table, columns, bounds),
    readDigests(warehouse, `raw.${table}`, columns, bounds),
  ]);
  const chunks = new Map([...recorded, ...copied]);
  for (const [key, chunk] of chunks) {
    const [left, right] = [recorded.get(key), copied.get(key)];
    if (left?.rows === right?.rows && left?.digest === right?.digest) continue;
    const to = bounds.find((place) => placeOf(place) === placeOf(chunk))?.offset ?? 0n;
    const [ours, theirs] = await Promise.all([
      readRows(creditdb, { table, from: table, columns }, chunk, to),
      readRows(warehouse, { table, from: `raw.${table}`, columns }, chunk, to),
    ]);
    compareRows({ table, place: chunk, ours, theirs }, findings);
  }
  const total = (digests: Map<string, Digest>) =>
    [...digests.values()].reduce((sum, { rows }) => sum + Number(rows), 0);
  return checkOf(
    {
      compared: `creditdb.${table} = raw.${table}, as loaded`,
      left: total(recorded),
      right: total(copied),
      remedy: `Load the partition again: in dw_finance delete its rows of raw.${table} from the first offset named on, set loaded_offset in raw.load_offsets back to it, and run \`scoreline warehouse --full-refresh\`.`,
    },
    findings,
  );
}

/** The columns of a table that were copied, as SQL. */
async function columnsOf(warehouse: Database, table: CopiedTable): Promise<string> {
  const rows = await warehouse<{ name: string }[]>`
    select quote_ident(attname) as name from pg_attribute
    where attrelid = ${`raw.${table}`}::text::regclass and attnum > 0 and not attisdropped and attname <> 'load_id'
    order by attnum`;
  return rows.map(({ name }) => name).join(", ");
}

/** A row's digest: 60 bits of MD5, which every version of PostgreSQL computes alike. */
const digestOf = (columns: string) => `('x' || left(md5(row(${columns})::text), 15))::bit(60)::bigint`;

async function readDigests(
  sql: Database,
  from: string,
  columns: string,
  bounds: readonly Loaded[],
): Promise<Map<string, Digest>> {
  const rows = await sql.unsafe<Digest[]>(
    `select topic, partition, record_offset / 10000 as chunk, count(*) as rows, sum(${digestOf(columns)})::text as digest
     from ${from}
     inner join json_to_recordset($1::text::json) as bound (topic text, partition integer, "to" bigint)
       using (topic, partition)
     where record_offset < bound."to"
     group by 1, 2, 3`,
    [boundsJson(bounds)],
  );
  return new Map(rows.map((row) => [`${placeOf(row)}/${row.chunk}`, row]));
}

function boundsJson(bounds: readonly Loaded[]): string {
  return JSON.stringify(bounds.map(({ topic, partition, offset }) => ({ topic, partition, to: String(offset) })));
}

async function readRows(
  sql: Database,
  { table, from, columns }: { table: CopiedTable; from: string; columns: string },
  { topic, partition, chunk }: Digest,
  to: bigint,
): Promise<Map<string, Row>> {
  const rows = await sql.unsafe<Row[]>(
    `select record_offset, ${copiedTables[table]}::text as key, (${digestOf(columns)})::text as digest
     from ${from}
     where topic = $1 and partition = $2 and record_offset / 10000 = $3 and record_offset < $4
     order by record_offset, key`,
    [topic, partition, chunk, to] as never[],
  );
  return new Map(rows.map((row) => [`${row.record_offset}/${row.key}`, row]));
}

function compareRows(
  { table, place, ours, theirs }: { table: CopiedTable; place: Place } & Record<"ours" | "theirs", Map<string, Row>>,
  findings: Findings,
): void {
  const at = ({ record_offset, key }: Row) =>
    `${placeOf(place)}/${record_offset} (${copiedTables[table].replace("_", " ")} ${key})`;
  for (const [key, row] of ours) {
    const copy = theirs.get(key);
    if (!copy) findings.add(at(row), `is not in raw.${table}`);
    else if (copy.digest !== row.digest) findings.add(at(row), `differs in raw.${table}`);
  }
  for (const [key, row] of theirs) if (!ours.has(key)) findings.add(at(row), `is in raw.${table} and not in creditdb`);
}
