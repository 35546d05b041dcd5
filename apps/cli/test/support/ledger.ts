/** Where the records of a topic are, as one scrape of a scorer says. */
export type Accounts = { received: number; returned: number; inFlight: number } & Record<
  "scored" | "duplicate" | "failed" | "skipped",
  number
>;

/** Scrapes a scorer's metrics; undefined while it does not answer, or has received nothing of the topic. */
export async function scrapeAccounts(port: number, topic: string): Promise<Accounts | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  );
  const text = await response?.text().catch(() => undefined);
  const series = (text ?? "").split("\n").filter((line) => line.includes(`topic="${topic}"`));
  const value = (name: string) => {
    const line = series.find((candidate) => candidate.startsWith(`scoreline_scorer_records_${name}`));
    return line && Number(line.split(" ").at(-1));
  };
  const outcome = (name: string) => value(`settled_total{topic="${topic}",outcome="${name}"`) || 0;
  const received = value("received_total");
  if (!received) return undefined;
  return {
    received,
    scored: outcome("scored"),
    duplicate: outcome("duplicate"),
    failed: outcome("failed"),
    skipped: outcome("skipped"),
    returned: value("returned_total") || 0,
    inFlight: value("in_flight") || 0,
  };
}
