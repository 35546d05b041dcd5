/** A record to append. The key decides the partition (Java's murmur2); without a key any partition serves. */
export interface RecordToSend {
  topic: string;
  key: string | Uint8Array | null;
  value: Uint8Array;
  /** By name; or as a list, where their order counts or a name comes more than once. */
  headers?: Record<string, string | Uint8Array> | HeaderList;
  /** Overrides the partitioner. */
  partition?: number;
}

export type HeaderList = readonly (readonly [name: string, content: string | Uint8Array])[];

/** A record's headers as a list. */
export function headerList({ headers = [] }: RecordToSend): HeaderList {
  return isList(headers) ? headers : Object.entries(headers);
}

function isList(headers: NonNullable<RecordToSend["headers"]>): headers is HeaderList {
  return Array.isArray(headers);
}

/** Where an acknowledged record lies. */
export interface Placement {
  topic: string;
  partition: number;
  offset: bigint;
}

/** Appends records. One producer serves a whole process; concurrent sends share batches. */
export interface Producer {
  /**
   * Resolves once all in-sync replicas have the record (acks=all).
   * @throws {ProducerBusy} at once, when the bounded queue is full; nothing was queued.
   * @throws {DeliveryFailed} when the record was not acknowledged in time or was refused. A record whose answer was
   * lost may still be on the topic, so a retry must carry the same id.
   */
  send(record: RecordToSend): Promise<Placement>;
  /** Resolves when a broker answers within the configured bound; rejects with the reason otherwise. */
  ready(): Promise<void>;
  /** Waits for what is in flight, within the configured bound, and lets the connections go. Sends after it are refused. */
  close(): Promise<void>;
}

/** Appends records whose places nobody asks for, many at once. */
export interface BatchProducer {
  /**
   * Resolves once all in-sync replicas have all of the records (acks=all). A call waits for those before it.
   * @throws {ProducerBusy | DeliveryFailed} as `Producer.send`; any of the records may be stored then.
   */
  sendAll(records: readonly RecordToSend[]): Promise<void>;
  /** As `Producer.ready`. */
  ready(): Promise<void>;
  /** As `Producer.close`. */
  close(): Promise<void>;
}

/** The producer's queue is full: the caller should slow down and try again. */
export class ProducerBusy extends Error {
  override readonly name = "ProducerBusy";
  constructor(options?: { cause?: unknown }) {
    super("The producer's queue is full; try again later.", options);
  }
}

/** A record was not acknowledged. `retryable` tells a passing fault (broker away) from a lasting one (record too large). */
export class DeliveryFailed extends Error {
  override readonly name = "DeliveryFailed";
  readonly retryable: boolean;
  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
  }
}

/** Bounds of a producer, the same for every adapter. */
export interface ProducerLimits {
  /** A send is settled within this time, one way or the other. */
  deliveryTimeoutMs: number;
  /** How long a record waits for others to share its batch. */
  lingerMs: number;
  /** Records queued or in flight; the next one meets `ProducerBusy`. */
  inFlightMax: number;
  /** Bound of `ready()`. */
  readyTimeoutMs: number;
  /** Bound of `close()`. */
  closeTimeoutMs: number;
}

export const producerLimitsDefault: ProducerLimits = {
  deliveryTimeoutMs: 10_000,
  lingerMs: 2,
  inFlightMax: 50_000,
  readyTimeoutMs: 3_000,
  closeTimeoutMs: 10_000,
};

/** The largest record a producer sends, headers and key included; the broker's own default bound is the same. */
export const recordBytesMax = 1_000_000;
