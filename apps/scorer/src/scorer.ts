import type { TopicDefinition } from "@scoreline/contracts";
import type { ConsumedRecord, PartitionedConsumer, PartitionRef, RebalanceEvent } from "@scoreline/kafka/librdkafka";
import { takePartition } from "@scoreline/stores/postgres";
import { type Logger, type Metrics, wordsOf } from "@scoreline/telemetry";
import { Dropped, persist, wait } from "./faults.ts";
import { LagBook } from "./lag.ts";
import { type PartitionDeps, PartitionWorker } from "./partition.ts";
import type { Policies } from "./policies.ts";
import { type SourceDeps, SourceWatch } from "./sourceWatch.ts";
import { stopReason } from "./stopReason.ts";
import type { Kind } from "./subject.ts";

export type ScorerDeps<K extends Kind> = Omit<PartitionDeps<K>, "policies"> &
  SourceDeps & {
    policies: Policies;
    consumer: PartitionedConsumer;
    /** The topic that is read. */
    source: TopicDefinition;
    /** Whether its good records are scored, by windows; the dead letters have none. */
    scores: boolean;
    metrics: Metrics;
    log: Logger;
  };

const pollCountMax = 2_000;
const pollMsMax = 100;

/**
 * Above these bounds of what all partitions that are not paused have in hand, nothing is polled. Low enough that most records
 * are through before the garbage collector has to move them, and enough for the round trips of some batches at once.
 */
const inHandMax = 12_000;
const inHandBytesMax = 8_000_000;

/**
 * How long nothing is polled before the partitions that do not move on are paused. Seldom is better: the client throws away
 * what it has fetched of a partition that is paused, and fetches it again.
 */
const holdMsMax = 500;
/** A partition that stopped (fenced off, its source changed, its offset gone) is tried again after this long. */
const stoppedRetryMs = 10_000;
/** How often the sizes of the windows are told. */
const sizesMs = 5_000;

/**
 * The consuming loop of one topic, in a consumer group of its own: a group that has several shares out their partitions
 * without regard to the topic, and one member would get all the applications. Each partition has a worker with a bounded
 * backlog. The loop waits a while for room, and for no sink: a partition that does not move on is paused, so that the others
 * go on and the group sees a member that polls.
 */
export class Scorer<K extends Kind> {
  readonly #deps: ScorerDeps<K>;
  readonly #watch: SourceWatch;
  readonly #lag: LagBook;
  readonly #workers = new Map<string, PartitionWorker<K>>();
  readonly #paused = new Set<string>();
  readonly #assigned = new Map<string, PartitionRef>();
  readonly #stopped = new Map<string, { partition: PartitionRef; retryAtMs: number }>();
  readonly #stopping = new AbortController();
  #answering: Promise<void> = Promise.resolve();
  #sizesToldMs = 0;
  #joined = false;
  #failure: unknown;
  #tellMoved: () => void = () => {};

  constructor(deps: ScorerDeps<K>) {
    this.#deps = deps;
    this.#watch = new SourceWatch(deps.source, deps);
    this.#lag = new LagBook(deps.metrics);
    deps.metrics.onExpose(() => this.#tellLag());
    // A version that asks for other windows is known a minute before it takes effect; they are made in that time.
    deps.policies.onRead(() => {
      for (const worker of this.#workers.values()) this.#prepare(worker);
    });
  }

  /** True once the group has given this process its partitions (which may be none). */
  get joined(): boolean {
    return this.#joined;
  }

  /** The partitions that are stopped for now, as `topic/partition`. */
  get stopped(): string[] {
    return [...this.#stopped.keys()];
  }

  /** Consumes until `stop` is called; then finishes the batches in hand. Throws when a defect is met. */
  async run(): Promise<void> {
    const { consumer, source } = this.#deps;
    if (!(await this.#connected())) return;
    consumer.subscribe([source.name]);
    this.#watch.start(() => [...this.#workers.values()].map(({ held }) => held), {
      onUnfit: (held, error) => this.#stopPartition(held, error),
      onEnds: (ends) => {
        for (const { end, ...ref } of ends) this.#lag.ends(ref, end);
        this.#tellLag();
      },
    });
    while (!this.#stopping.signal.aborted && this.#failure === undefined) {
      for (const event of consumer.takeRebalances()) this.#answer(event);
      const { records, errors } = await consumer.poll(pollCountMax, pollMsMax);
      for (const { topic, partition, message } of errors) this.#onConsumerError(message, topic, partition);
      this.#dispatch(records);
      await this.#room();
      this.#resumeDrained();
      this.#retryStopped();
      this.#tellSizes();
    }
    this.#stopping.abort();
    this.#watch.stop();
    await this.#answering;
    await Promise.all([...this.#workers.values()].map((worker) => worker.finish()));
    for (const ref of this.#assigned.values()) this.#lag.givenUp(ref);
    await consumer.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends `run` in good order. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Tries until a broker answers, each time for as long as the client does; false when it is to end before that. */
  async #connected(): Promise<boolean> {
    const { consumer, source, log } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      try {
        await consumer.connect();
        return true;
      } catch (error) {
        log.warn({ topic: source.name, error: wordsOf(error) }, "no broker answers yet; trying again");
      }
    }
    return false;
  }

  #dispatch(records: ConsumedRecord[]): void {
    for (const [key, batch] of groupByPartition(records)) {
      const worker = this.#workers.get(key);
      if (!worker) continue;
      worker.accept(batch);
    }
  }

  /** Waits while much is in hand; partitions that do not move on are paused in the end, and the others go on. */
  async #room(): Promise<void> {
    const holdUntilMs = performance.now() + holdMsMax;
    while (this.#isFull() && !this.#stopping.signal.aborted) {
      const leftMs = holdUntilMs - performance.now();
      if (leftMs <= 0) return this.#pauseFull();
      const moved = new Promise<void>((resolve) => {
        this.#tellMoved = resolve;
      });
      const timer = new AbortController();
      await Promise.race([moved, wait(leftMs, timer.signal)]);
      timer.abort();
    }
  }

  #isFull(): boolean {
    let [records, bytes] = [0, 0];
    for (const [key, { inHand }] of this.#workers) {
      if (this.#paused.has(key)) continue;
      records += inHand.records;
      bytes += inHand.bytes;
    }
    return records > inHandMax || bytes > inHandBytesMax;
  }

  #pauseFull(): void {
    for (const [key, worker] of this.#workers) {
      if (!worker.full || this.#paused.has(key)) continue;
      this.#deps.consumer.pause([worker.held]);
      this.#paused.add(key);
    }
  }

  #resumeDrained(): void {
    for (const key of this.#paused) {
      const worker = this.#workers.get(key);
      if (worker?.full) continue;
      this.#paused.delete(key);
      if (worker) this.#deps.consumer.resume([worker.held]);
    }
  }

  /** Rebalances are answered one after the other, while polling goes on. */
  #answer(event: RebalanceEvent): void {
    this.#queue(() => (event.kind === "assigned" ? this.#onAssigned(event.partitions) : this.#onRevoked(event)));
  }

  #queue(answer: () => Promise<void>): void {
    this.#answering = this.#answering.then(answer).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async #onAssigned(partitions: PartitionRef[]): Promise<void> {
    for (const partition of partitions) this.#assigned.set(keyOf(partition), partition);
    const taken = await Promise.all(partitions.map((partition) => this.#take(partition)));
    this.#deps.consumer.assign(taken.filter((start) => start !== undefined));
    this.#joined = true;
    this.#report();
  }

  async #onRevoked({ kind, partitions }: RebalanceEvent): Promise<void> {
    await Promise.all(
      partitions.map(async (partition) => {
        const key = keyOf(partition);
        this.#assigned.delete(key);
        this.#stopped.delete(key);
        const worker = this.#workers.get(key);
        this.#workers.delete(key);
        this.#lag.givenUp(partition);
        // A lost partition is someone else's already; a revoked one waits for us, so its batch in hand is finished.
        await (kind === "lost" ? worker?.drop() : worker?.finish());
      }),
    );
    this.#deps.consumer.unassign(partitions);
    this.#report();
  }

  /** Takes a partition and gives where to read on; undefined when it has to stay stopped for now. */
  async #take(ref: PartitionRef): Promise<(PartitionRef & { offset: bigint }) | undefined> {
    const { sql, observer } = this.#deps;
    try {
      const log = await this.#watch.find(ref);
      const held = await persist(
        () => takePartition(sql, { ...ref, topicId: log.topicId, firstOffset: log.low }),
        this.#stopping.signal,
        (error) => observer.retrying(ref, "postgres", error),
      );
      if (this.#stopping.signal.aborted) throw new Dropped();
      this.#watch.taken(held, log);
      const worker = new PartitionWorker(held, this.#deps, {
        onFailure: (error) => this.#stopPartition(ref, error),
        onMoved: () => this.#tellMoved(),
      });
      this.#workers.set(keyOf(ref), worker);
      this.#lag.taken(ref, log.high, held.nextOffset);
      worker.begin();
      this.#prepare(worker);
      return { ...ref, offset: held.nextOffset };
    } catch (error) {
      this.#stopPartition(ref, error);
      return undefined;
    }
  }

  #prepare(worker: PartitionWorker<K>): void {
    if (this.#deps.scores) worker.prepare();
  }

  #onConsumerError(message: string, topic: string | undefined, partition: number | undefined): void {
    if (topic !== undefined && partition !== undefined) this.#stopPartition({ topic, partition }, new Error(message));
    else this.#deps.log.warn({ error: message }, "the broker reports an error");
  }

  /** Stops reading a partition, and says why. What is committed stays; it is tried again later. */
  #stopPartition(ref: PartitionRef, error: unknown): void {
    const { topic, partition } = ref;
    const key = keyOf(ref);
    if (error instanceof Dropped) return;
    this.#deps.log.error({ topic, partition, error: stopReason(error) }, "partition stopped");
    void this.#workers.get(key)?.drop();
    this.#workers.delete(key);
    if (this.#assigned.has(key))
      this.#stopped.set(key, { partition: { topic, partition }, retryAtMs: Date.now() + stoppedRetryMs });
    this.#report();
  }

  #retryStopped(): void {
    for (const [key, { partition, retryAtMs }] of this.#stopped) {
      if (Date.now() < retryAtMs) continue;
      this.#stopped.delete(key);
      this.#queue(() => this.#retake(partition));
    }
  }

  async #retake(partition: PartitionRef): Promise<void> {
    const key = keyOf(partition);
    if (!this.#assigned.has(key)) return;
    this.#deps.consumer.unassign([partition]);
    const start = await this.#take(partition);
    if (start) this.#deps.consumer.assign([start]);
    this.#report();
  }

  #tellSizes(): void {
    if (!this.#deps.scores || performance.now() < this.#sizesToldMs + sizesMs) return;
    this.#sizesToldMs = performance.now();
    const sizes = [...this.#workers.values()].map((worker) => worker.windows);
    const sum = (key: "users" | "events" | "bytes") => sizes.reduce((total, size) => total + size[key], 0);
    const topic = this.#deps.source.name;
    this.#deps.metrics.gauge("windowUsers").set({ topic }, sum("users"));
    this.#deps.metrics.gauge("windowEvents").set({ topic }, sum("events"));
    this.#deps.metrics.gauge("windowBytes").set({ topic }, sum("bytes"));
  }

  #tellLag(): void {
    const { consumer } = this.#deps;
    const positions = [...this.#workers.values()].map(({ held: { topic, partition, nextOffset }, oldestMs }) => {
      return { topic, partition, nextOffset, oldestMs, end: consumer.knownEnd(topic, partition) };
    });
    this.#lag.tell(positions, Date.now());
  }

  #report(): void {
    const { metrics, source } = this.#deps;
    metrics.gauge("assignedPartitions").set({ topic: source.name }, this.#workers.size);
    metrics.gauge("stoppedPartitions").set({ topic: source.name }, this.#stopped.size);
  }
}

function keyOf({ topic, partition }: PartitionRef): string {
  return `${topic}/${partition}`;
}

/** Records come in runs of one partition. */
function groupByPartition(records: ConsumedRecord[]): Map<string, ConsumedRecord[]> {
  const groups = new Map<string, ConsumedRecord[]>();
  let [last, group]: [ConsumedRecord | undefined, ConsumedRecord[]] = [undefined, []];
  for (const record of records) {
    if (last?.partition !== record.partition || last.topic !== record.topic) {
      const key = keyOf(record);
      group = groups.get(key) ?? [];
      groups.set(key, group);
    }
    group.push(record);
    last = record;
  }
  return groups;
}
