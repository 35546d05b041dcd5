/** A series' labels and its value at an instant. */
export type Sample = { metric: Record<string, string>; value: number };
export type ActiveAlert = { labels: Record<string, string>; state: "pending" | "firing"; activeAt: string };
type Target = { labels: Record<string, string>; health: string; lastError: string };
type Rule = { name: string; health: string; lastError?: string };

/** Asks a running Prometheus by its HTTP API. Throws what it answers instead. */
export class Prometheus {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What an expression gives now; a scalar as one sample without labels. */
  async query(expr: string): Promise<Sample[]> {
    const { resultType, result } = await this.#ask<{ resultType: string; result: unknown }>("query", { query: expr });
    if (resultType === "scalar") return [{ metric: {}, value: Number((result as [number, string])[1]) }];
    return (result as { metric: Sample["metric"]; value: [number, string] }[]).map(({ metric, value }) => ({
      metric,
      value: Number(value[1]),
    }));
  }

  async targets(): Promise<Target[]> {
    return (await this.#ask<{ activeTargets: Target[] }>("targets", { state: "active" })).activeTargets;
  }

  async rules(): Promise<Rule[]> {
    const { groups } = await this.#ask<{ groups: { rules: Rule[] }[] }>("rules", {});
    return groups.flatMap(({ rules }) => rules);
  }

  async alerts(): Promise<ActiveAlert[]> {
    return (await this.#ask<{ alerts: ActiveAlert[] }>("alerts", {})).alerts;
  }

  async #ask<Data>(path: string, parameters: Record<string, string>): Promise<Data> {
    const answer = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(parameters)}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const { status, data, error } = (await answer.json()) as { status: string; data: Data; error?: string };
    if (status !== "success") throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}
