/**
 * Works on the items of `source`, at most `inFlightMax` at once, and gives the results in the source's order, each as
 * soon as it and those before it are there. It reads no further than its consumer keeps up with.
 */
export async function* inOrder<Item, Result>(
  source: AsyncGenerator<Item>,
  work: (item: Item) => Promise<Result>,
  inFlightMax: number,
): AsyncGenerator<Result> {
  const inFlight: Promise<Result>[] = [];
  let next: Promise<IteratorResult<Item>> | undefined = source.next();
  try {
    while (next || inFlight.length > 0) {
      const head = inFlight[0];
      const arrived: IteratorResult<Item> | undefined = await firstOf(
        inFlight.length < inFlightMax ? next : undefined,
        head,
      );
      if (!arrived) {
        inFlight.shift();
        yield await (head as Promise<Result>);
      } else if (arrived.done) {
        next = undefined;
      } else {
        const result = work(arrived.value);
        // A failure is met when its turn comes; until then it must not count as unhandled.
        result.catch(() => {});
        inFlight.push(result);
        next = source.next();
      }
    }
  } finally {
    await source.return(undefined);
  }
}

/** The next item when it comes first; undefined when the oldest result does. */
function firstOf<Item, Result>(next: Promise<Item> | undefined, head: Promise<Result> | undefined) {
  const settled = head?.then(
    () => undefined,
    () => undefined,
  );
  return Promise.race([next, settled].filter((promise) => promise !== undefined));
}
