import { z } from "zod";
import { readMsMax } from "./source.ts";

/** `GET /api/v1/alerts` (prometheus.io/docs/prometheus/latest/querying/api), as far as it is shown. */
const Answer = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        state: z.enum(["firing", "pending", "inactive"]),
        activeAt: z.string(),
      }),
    ),
  }),
});

export type ActiveAlert = {
  name: string;
  severity: string;
  state: "firing" | "pending";
  /** ISO 8601, to the second. */
  since: string;
  summary: string;
  /** What tells this alert from others of its rule. */
  labels: Readonly<Record<string, string>>;
};

/** Prometheus' answer as alerts, firing ones first, the oldest of each state first. Throws for an answer of another kind. */
export function parseAlerts(answer: unknown): ActiveAlert[] {
  const { alerts } = Answer.parse(answer).data;
  return alerts
    .flatMap(
      ({ labels: { alertname = "", severity = "", ...labels }, annotations, state, activeAt }): ActiveAlert[] => {
        if (state === "inactive") return [];
        const since = `${activeAt.slice(0, 19)}Z`;
        return [{ name: alertname, severity, state, since, summary: annotations.summary ?? "", labels }];
      },
    )
    .sort((one, other) => orderOf(one).localeCompare(orderOf(other)));
}

const orderOf = ({ state, since, name }: ActiveAlert) => `${state} ${since} ${name}`;

/** The alerts that a Prometheus holds active. */
export async function readAlerts(url: string): Promise<ActiveAlert[]> {
  const answer = await fetch(new URL("/api/v1/alerts", url), { signal: AbortSignal.timeout(readMsMax) });
  if (answer.status !== 200) throw new Error(`/api/v1/alerts answered ${answer.status}`);
  return parseAlerts(await answer.json());
}
