/** Bounds of looking up together. */
export type Coalescing = {
  /** Look-ups under way at once; a key waits while there are so many. */
  batchesMax: number;
  /** Keys of one look-up. */
  keysMax: number;
};

type Waiting<Value> = { key: string; resolve: (value: Value | undefined) => void; reject: (error: unknown) => void };

/**
 * Looks keys up together: those asked for in one turn of the event loop, or while as many look-ups as may be are under
 * way, go into one. A key is never answered by a look-up that began before it was asked for.
 */
export function coalesced<Value>(
  lookUp: (keys: string[]) => Promise<ReadonlyMap<string, Value>>,
  { batchesMax, keysMax }: Coalescing,
): (key: string) => Promise<Value | undefined> {
  const waiting: Waiting<Value>[] = [];
  let underWay = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || underWay >= batchesMax || waiting.length === 0) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      void run(waiting.splice(0, keysMax));
      schedule();
    });
  }

  async function run(batch: Waiting<Value>[]): Promise<void> {
    underWay += 1;
    try {
      const found = await lookUp([...new Set(batch.map(({ key }) => key))]);
      for (const { key, resolve } of batch) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      underWay -= 1;
      schedule();
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      schedule();
    });
}
