import { type Logger, type ProcessFigures, stackOf, type Tracing } from "@scoreline/telemetry";

/** An open port. */
export interface Listening {
  port: number;
  /** Takes no new requests and resolves when the open ones are finished. */
  stop(): Promise<void>;
  /** Ends the requests that are still open. */
  force(): void;
}

type Fetch = (request: Request) => Response | Promise<Response>;

/** What differs between runtimes. */
export interface Runtime {
  env: Record<string, string | undefined>;
  /** Whether the process' own figures (memory, event loop) can be measured as Node has them. */
  measurable: boolean;
  /** What can be told of the process where they cannot. */
  figures?: ProcessFigures;
  sha256: (text: string) => Uint8Array;
  /** Makes spans where the environment asks for them. */
  openTracing: (worker: { app: string; log: Logger }) => Tracing;
  /** Hears of an error that nothing caught, in place of the runtime's own report, which would print all that it holds. */
  onDefect: (listener: (error: unknown) => void) => void;
  serve: (fetch: Fetch, host: string, port: number) => Promise<Listening>;
  onSignal: (listener: (signal: string) => void) => void;
  exit: (code: number) => void;
}

/** An HTTP worker, ready to be served. */
export interface Worker {
  name: string;
  fetch: Fetch;
  host: string;
  port: number;
  log: Logger;
  /** After it, requests that are still open are ended. */
  shutdownMsMax: number;
  /** The names of the parts that do not answer yet. */
  unready: () => Promise<string[]>;
  /** Lets its connections go, once no request is open. */
  close: () => Promise<void>;
}

const readyRetryMs = 500;

/** Serves until it is told to stop; a second signal ends the process at once. */
export async function runWorker(runtime: Runtime, worker: Worker): Promise<void> {
  const { name, log, host, shutdownMsMax } = worker;
  runtime.onDefect((error) => {
    log.fatal({ error: stackOf(error) }, `${name} met a defect and ends`);
    runtime.exit(1);
  });
  const server = await runtime.serve(worker.fetch, host, worker.port);
  log.info({ host, port: server.port }, `${name} started`);

  let stopping = false;
  runtime.onSignal((signal) => {
    if (stopping) return runtime.exit(1);
    stopping = true;
    log.info({ signal }, "stopping: open requests are finished first");
    void stop().then(() => runtime.exit(0));
  });

  async function stop(): Promise<void> {
    const bound = setTimeout(() => server.force(), shutdownMsMax);
    await server.stop();
    clearTimeout(bound);
    await worker.close();
    log.info(`${name} stopped`);
  }

  // The port is open at once and /readyz tells when the others are there: a start does not hang on another's.
  while (!stopping) {
    const waitingFor = await worker.unready();
    if (waitingFor.length === 0) return;
    log.warn({ waiting_for: waitingFor }, "waiting for what it needs");
    await new Promise((resolve) => setTimeout(resolve, readyRetryMs));
  }
}

/** Runs a program's start; one that fails ends the process with 1 and its reason on standard error. */
export async function startUp(runtime: Runtime, start: (runtime: Runtime) => Promise<void>): Promise<void> {
  try {
    await start(runtime);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    runtime.exit(1);
  }
}
