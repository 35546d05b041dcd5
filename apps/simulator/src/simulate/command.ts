import { UsageError } from "../errors.ts";
import { report, type Session } from "../session.ts";
import { inWords, Tally } from "../tally.ts";
import { sendInLanes } from "../transport/lanes.ts";
import { paced } from "../transport/pace.ts";
import { postTo } from "../transport/post.ts";
import { Server } from "../transport/retry.ts";
import { gapMsMax, type Simulated, type SimulationOptions, simulateApplications } from "./applications.ts";

export type SimulateArguments = SimulationOptions & {
  count: number;
  /** Applications a second; without it, as fast as the server takes them. */
  rate?: number;
  /** Write the NDJSON to this file (`-`: standard output) instead of sending it. */
  out?: string;
  json?: boolean;
};

type Generated = Record<Simulated["kind"], number>;

/** `scoreline simulate`. Throws `UsageError` and `DeliveryError`; the summary of what was done is written all the same. */
export async function simulate(arguments_: SimulateArguments, session: Session): Promise<void> {
  if (arguments_.invalidShare + arguments_.duplicateShare > 1) {
    throw new UsageError("--invalid-share and --duplicate-share are more than 1 together; lower one of them");
  }
  const generated: Generated = { valid: 0, invalid: 0, duplicate: 0 };
  const source = take(arguments_, generated, session.interrupted);
  if (arguments_.out === undefined) await send(source, generated, arguments_, session);
  else await write(source, generated, arguments_.out, arguments_, session);
}

function* take({ count, ...options }: SimulateArguments, generated: Generated, interrupted: AbortSignal) {
  const source = simulateApplications(options);
  for (let index = 0; index < count && !interrupted.aborted; index++) {
    const simulated = source.next().value;
    generated[simulated.kind]++;
    yield simulated;
  }
}

async function send(
  source: Iterable<Simulated>,
  generated: Generated,
  { count, seed, startMs, rate, json = false }: SimulateArguments,
  session: Session,
): Promise<void> {
  if (startMs + count * gapMsMax > session.wallMs()) {
    const start = new Date(startMs).toISOString();
    throw new UsageError(
      `--count ${count} from --start ${start} may reach the future, which ingest refuses; choose an earlier --start`,
    );
  }
  const { clock } = session;
  const server = new Server(postTo(session.target()), clock);
  const tally = new Tally(clock.nowMs());
  const progress = session.startProgress(count, "applications");
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

async function write(
  source: Iterable<Simulated>,
  generated: Generated,
  path: string,
  { seed, json = false, rate }: SimulateArguments,
  session: Session,
): Promise<void> {
  const toStdout = path === "-";
  if (toStdout && json) throw new UsageError("--json and --out - both write to standard output; leave one of them out");
  if (rate !== undefined) throw new UsageError("--rate is for sending; leave it out with --out");
  const sink = await session.files.write(path);
  for (const { line } of source) await sink.write(`${line}\n`);
  await sink.close();
  const summary = { seed, written: generated.valid + generated.invalid + generated.duplicate, generated };
  if (toStdout) session.stderr(inWords(summary));
  else report(session, summary, json);
}
