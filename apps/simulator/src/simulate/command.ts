import { UsageError } from "../errors.ts";
import { report, type Session } from "../session.ts";
import { inWords, Tally } from "../tally.ts";
import { sendInLanes } from "../transport/lanes.ts";
import { paced } from "../transport/pace.ts";
import { postTo } from "../transport/post.ts";
import { Server } from "../transport/retry.ts";
import {
  gapMsMax,
  type Simulated,
  type SimulationOptions,
  simulateApplications,
  simulationDefaults,
} from "./applications.ts";
import { purchaseGapMsMax, transactionsPerUser } from "./purchases.ts";
import { simulateTransactions } from "./transactions.ts";
import { csvColumns, csvRowOf } from "./transactionsCsv.ts";

export type SimulateArguments = Omit<SimulationOptions, "users" | "invalidShare" | "duplicateShare"> & {
  /** Without it, as `usersOf` has it. */
  users?: number;
  /** Without them the defaults, or none in a CSV. */
  invalidShare?: number;
  duplicateShare?: number;
  count: number;
  /** Card transactions instead of loan applications. */
  transactions?: boolean;
  /** Records a second; without it, as fast as the server takes them. */
  rate?: number;
  /** Write the NDJSON to this file (`-`: standard output) instead of sending it. */
  out?: string;
  /** Write transactions as CSV to this file (`-`: standard output) instead of sending them. */
  csv?: string;
  json?: boolean;
};

type Generated = Record<Simulated["kind"], number>;

/** `scoreline simulate`. Throws `UsageError` and `DeliveryError`; the summary of what was done is written all the same. */
export async function simulate(arguments_: SimulateArguments, session: Session): Promise<void> {
  const { transactions = false, out, csv } = arguments_;
  if (csv !== undefined && !transactions) throw new UsageError("--csv is for --transactions; add it, or use --out");
  if (csv !== undefined && out !== undefined) throw new UsageError("--csv and --out both write; leave one of them out");
  const options = { ...arguments_, users: usersOf(arguments_), ...sharesOf(arguments_) };
  if (options.invalidShare + options.duplicateShare > 1) {
    throw new UsageError("--invalid-share and --duplicate-share are more than 1 together; lower one of them");
  }
  const generated: Generated = { valid: 0, invalid: 0, duplicate: 0 };
  const records = transactions
    ? simulateTransactions({ ...options, forCsv: csv !== undefined })
    : simulateApplications(options);
  const source = take(records, arguments_.count, generated, session.interrupted);
  if (csv !== undefined) await write(csvLines(source), generated, csv, arguments_, session);
  else if (out !== undefined) await write(jsonLines(source), generated, out, arguments_, session);
  else await send(source, generated, arguments_, session);
}

/**
 * Sent at once, all of a customer's transactions arrive within seconds, and by the broker's time they are a burst: so many
 * customers that few have more than a dozen.
 */
function usersOf({ users, count, transactions = false }: SimulateArguments): number {
  if (users !== undefined) return users;
  return Math.max(simulationDefaults.users, transactions ? Math.ceil(count / transactionsPerUser) : 0);
}

function sharesOf({ csv, invalidShare, duplicateShare }: SimulateArguments) {
  const defaults = csv === undefined ? simulationDefaults : { invalidShare: 0, duplicateShare: 0 };
  return {
    invalidShare: invalidShare ?? defaults.invalidShare,
    duplicateShare: duplicateShare ?? defaults.duplicateShare,
  };
}

function* take(records: Generator<Simulated, never>, count: number, generated: Generated, interrupted: AbortSignal) {
  for (let index = 0; index < count && !interrupted.aborted; index++) {
    const simulated = records.next().value;
    generated[simulated.kind]++;
    yield simulated;
  }
}

async function send(
  source: Iterable<Simulated>,
  generated: Generated,
  { count, seed, startMs, rate, transactions = false, json = false }: SimulateArguments,
  session: Session,
): Promise<void> {
  if (startMs + count * (transactions ? purchaseGapMsMax : gapMsMax) > session.wallMs()) {
    const start = new Date(startMs).toISOString();
    throw new UsageError(
      `--count ${count} from --start ${start} may reach the future, which ingest refuses; choose an earlier --start`,
    );
  }
  const { clock } = session;
  const unit = transactions ? "transactions" : "applications";
  const server = new Server(postTo(session.target(), unit), clock);
  const tally = new Tally(clock.nowMs());
  const progress = session.startProgress(count, unit);
  try {
    const counted = counting(rate === undefined ? source : paced(source, rate, clock), tally);
    await sendInLanes(counted, server, (_, answer) => {
      tally.answer(answer);
      progress.update(tally.answered);
    });
  } finally {
    progress.stop();
    report(session, { seed, ...tally.summary(clock.nowMs()), generated }, json);
  }
}

async function* counting(source: AsyncIterable<Simulated> | Iterable<Simulated>, tally: Tally) {
  for await (const simulated of source) {
    tally.take();
    yield simulated;
  }
}

function* jsonLines(source: Iterable<Simulated>) {
  for (const { line } of source) yield line;
}

function* csvLines(source: Iterable<Simulated>) {
  yield csvColumns.join(",");
  for (const { line } of source) yield csvRowOf(line);
}

async function write(
  lines: Iterable<string>,
  generated: Generated,
  path: string,
  { seed, csv, json = false, rate }: SimulateArguments,
  session: Session,
): Promise<void> {
  const option = csv === undefined ? "--out" : "--csv";
  const toStdout = path === "-";
  if (toStdout && json) {
    throw new UsageError(`--json and ${option} - both write to standard output; leave one of them out`);
  }
  if (rate !== undefined) throw new UsageError(`--rate is for sending; leave it out with ${option}`);
  const sink = await session.files.write(path);
  for (const line of lines) await sink.write(`${line}\n`);
  await sink.close();
  const summary = { seed, written: generated.valid + generated.invalid + generated.duplicate, generated };
  if (toStdout) session.stderr(inWords(summary));
  else report(session, summary, json);
}
