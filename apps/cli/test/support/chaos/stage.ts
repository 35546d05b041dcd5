import { type CoreService, type Home, pidOf, type StackEnv, stopService, up } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import type { Fault } from "./schedule.ts";
import { endTestScorer, isRunning, startTestScorer, type TestScorer, untilStarted } from "./scorers.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The scorers of one group on a stack of their own, and what can be done to either. */
export class Stage {
  readonly #home: Home;
  readonly #env: StackEnv;
  readonly #sql: Database;
  readonly #scorers: TestScorer[] = [];
  /** What waits for the last fault of the same scorer or server to be over. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Those that join for a while. */
  readonly #added: TestScorer[] = [];
  /** Ends that were not in good order. */
  readonly badEnds: string[] = [];

  constructor(home: Home, env: StackEnv, sql: Database, scorers: number) {
    this.#home = home;
    this.#env = env;
    this.#sql = sql;
    for (let place = 0; place < scorers; place += 1) this.#start(place);
  }

  get logFiles(): string[] {
    return [...new Set([...this.#scorers, ...this.#added].map(({ logFile }) => logFile))];
  }

  /** Resolves once every scorer is there to be disturbed. */
  async started(): Promise<void> {
    await Promise.all(this.#scorers.map(untilStarted));
  }

  /** Lets one fault happen and end; resolves with what it did. */
  inject(fault: Fault): Promise<string> {
    const { kind, scorer, holdMs } = fault;
    switch (kind) {
      case "kill a scorer":
        return this.#inTurn(`scorer ${scorer}`, async () => {
          await endTestScorer(this.#at(scorer), "SIGKILL");
          await pause(holdMs);
          this.#start(scorer);
        });
      case "pause a scorer briefly":
      case "pause a scorer beyond its session":
        return this.#inTurn(`scorer ${scorer}`, () => this.#pause(scorer, holdMs));
      case "end a scorer":
        return this.#inTurn(`scorer ${scorer}`, async () => {
          await this.#end(this.#at(scorer));
          await pause(holdMs);
          this.#start(scorer);
        });
      case "add a scorer":
        return this.#add(holdMs);
      case "restart the broker":
        return this.#server("kafka", holdMs);
      case "kill the broker":
        return this.#server("kafka", holdMs, "SIGKILL");
      case "restart Postgres":
        return this.#server("postgres", holdMs);
      case "stop Postgres at once":
        // "Immediate" shutdown: every backend ends as after a crash (PostgreSQL manual, 18.5).
        return this.#server("postgres", holdMs, "SIGQUIT");
      case "kill Postgres":
        return this.#server("postgres", holdMs, "SIGKILL");
      case "restart MongoDB":
        return this.#server("mongo", holdMs);
      case "kill MongoDB":
        return this.#server("mongo", holdMs, "SIGKILL");
      case "cut the scorers' connections to Postgres":
        return this.#cut();
    }
  }

  /** Brings back whatever is away. */
  async mend(): Promise<void> {
    await up(this.#home);
    this.#scorers.forEach((scorer, place) => {
      if (isRunning(scorer)) return;
      this.badEnds.push(`${scorer.name} ended by itself with ${scorer.child.signalCode ?? scorer.child.exitCode}`);
      this.#start(place);
    });
  }

  /** Ends every scorer in good order. */
  async end(): Promise<void> {
    await Promise.all(this.#scorers.map((scorer) => this.#end(scorer)));
  }

  /** Leaves no scorer, whatever happened. */
  kill(): void {
    for (const scorer of [...this.#scorers, ...this.#added]) scorer.signal("SIGKILL");
  }

  #at(place: number): TestScorer {
    const scorer = this.#scorers[place];
    if (!scorer) throw new Error(`There is no scorer ${place}.`);
    return scorer;
  }

  /** The first scorer is a static member of the group, the others come and go. */
  #start(place: number): void {
    const settings = place === 0 ? { instanceId: "chaos-0" } : {};
    this.#scorers[place] = startTestScorer(this.#home, this.#env, `chaos-scorer-${place}`, settings);
  }

  async #pause(place: number, holdMs: number): Promise<string> {
    const scorer = this.#at(place);
    const before = await this.#taken();
    scorer.signal("SIGSTOP");
    await pause(holdMs);
    const after = await this.#taken();
    scorer.signal("SIGCONT");
    return before !== undefined && after !== undefined ? `${after - before} partitions taken meanwhile` : "";
  }

  async #end(scorer: TestScorer): Promise<void> {
    try {
      await untilStarted(scorer);
      const code = await endTestScorer(scorer, "SIGTERM");
      if (code !== 0) this.badEnds.push(`${scorer.name} ended with ${code} after SIGTERM`);
    } catch (error) {
      // It is told once, and does not keep the records from being compared.
      this.badEnds.push(error instanceof Error ? error.message : String(error));
      await endTestScorer(scorer, "SIGKILL");
    }
  }

  async #add(holdMs: number): Promise<string> {
    const scorer = startTestScorer(this.#home, this.#env, `chaos-scorer-added-${this.#added.length}`);
    this.#added.push(scorer);
    await untilStarted(scorer);
    await pause(holdMs);
    await this.#end(scorer);
    return "";
  }

  /** Stops or kills a server, leaves it away for a while, and brings it back. */
  #server(service: CoreService, holdMs: number, signal?: NodeJS.Signals): Promise<string> {
    return this.#inTurn("servers", async () => {
      const pid = pidOf(this.#home, service);
      if (pid === undefined) throw new Error(`${service} does not run in this stack.`);
      if (signal) process.kill(pid, signal);
      else await stopService(this.#home, service);
      await pause(holdMs);
      await up(this.#home);
    });
  }

  async #cut(): Promise<string> {
    const cut = await this.#sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scoreline-scorer'`.catch(
      () => [],
    );
    return `${cut.length} connections`;
  }

  /** How often a partition was taken so far; undefined while Postgres is away. */
  async #taken(): Promise<number | undefined> {
    const rows = await this.#sql<{ total: number }[]>`
      select coalesce(sum(epoch), 0)::int as total from stream_offsets`.catch(() => []);
    return rows[0]?.total;
  }

  async #inTurn(whose: string, work: () => Promise<unknown>): Promise<string> {
    const before = this.#turns.get(whose) ?? Promise.resolve();
    const done = before.then(work);
    this.#turns.set(
      whose,
      done.then(
        () => undefined,
        () => undefined,
      ),
    );
    const note = await done;
    return typeof note === "string" ? note : "";
  }
}
