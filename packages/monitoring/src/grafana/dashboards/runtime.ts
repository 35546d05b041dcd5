import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { buckets, series } from "../../promql.ts";
import { type Context, met } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { signals, signalsNow } from "../panels/panel.ts";
import { metric } from "../query.ts";
import { units } from "../units.ts";

const ofApp = { app: "=~$app" };
const chosen = '{app=~"$app"}';
const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;
const quantile = (share: number) =>
  `histogram_quantile(${share}, sum by (app, route, le) (${rate(buckets("httpDuration", ofApp))}))`;

/** The signals of what ends are without bound while nothing is watched. */
const endless: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: 1e10, to: null, result: { text: "nothing ends", index: 0 } },
};

/** Requests by app and route, and what the processes use. */
export function runtimeSections(context: Context): Section[] {
  return [requests(), processes(), limits(context)];
}

function requests(): Section {
  return {
    title: "Requests",
    panels: [
      lines({
        title: "Requests by route",
        description:
          "A second, by app, method and route. Traffic that stops is a client, a door or a network that is gone.",
        unit: units.perSecond,
        width: 8,
        queries: [
          metric(
            `sum by (app, method, route) (${rate(series("httpRequests", ofApp))})`,
            "{{app}} {{method}} {{route}}",
          ),
        ],
      }),
      lines({
        title: "Errors by route and status",
        description: "Answers of 400 and more a second. 4xx is the caller's to mend, 5xx ours: those spend the budget.",
        unit: units.perSecond,
        width: 8,
        queries: [
          metric(
            met(
              `sum by (app, route, status) (${rate(series("httpRequests", { ...ofApp, status: "=~[45].." }))})`,
              "status",
            ),
            "{{app}} {{route}} {{status}}",
          ),
        ],
      }),
      lines({
        title: "Duration by route",
        description:
          "Median and p99 from request to answer. p99 away from the median: some requests wait for something.",
        unit: units.seconds,
        width: 8,
        queries: [metric(quantile(0.5), "{{app}} {{route}} p50"), metric(quantile(0.99), "{{app}} {{route}} p99")],
      }),
    ],
  };
}

function processes(): Section {
  return {
    title: "Processes",
    panels: [
      lines({
        title: "Memory",
        description: "Resident memory of each process. It levels off; a line that only rises is a leak.",
        unit: units.bytes,
        width: 6,
        queries: [metric(`process_resident_memory_bytes${chosen}`, "{{app}} {{instance}}")],
      }),
      lines({
        title: "JavaScript heap in use",
        description: "What the program itself holds of the memory. Rising with the window sizes is as it should be.",
        unit: units.bytes,
        width: 6,
        queries: [metric(`nodejs_heap_size_used_bytes${chosen}`, "{{app}} {{instance}}")],
      }),
      lines({
        title: "Processor",
        description: "Cores in use by each process. A scorer near 1 has no room: start another.",
        unit: units.count,
        width: 6,
        queries: [metric(rate(`process_cpu_seconds_total${chosen}`), "{{app}} {{instance}}")],
      }),
      lines({
        title: "Event loop lag, p99",
        description: "How long a ready callback waits. Over a tenth of a second requests and heartbeats are late.",
        unit: units.seconds,
        width: 6,
        queries: [metric(`nodejs_eventloop_lag_p99_seconds${chosen}`, "{{app}} {{instance}}")],
      }),
      lines({
        title: "Memory of the windows",
        description:
          "What the policy's time windows take in the scorers, by topic. It follows the number of active users.",
        unit: units.bytes,
        width: 12,
        queries: [metric(`sum by (topic) (${series("windowBytes")})`, "{{topic}}")],
      }),
      lines({
        title: "Users and events in the windows",
        description: "Over all partitions held. Events per user tell how busy accounts are.",
        unit: units.count,
        width: 12,
        queries: [
          metric(`sum by (topic) (${series("windowUsers")})`, "{{topic}} users"),
          metric(`sum by (topic) (${series("windowEvents")})`, "{{topic}} events"),
        ],
      }),
    ],
  };
}

function limits({ alert }: Context): Section {
  const [connections, many] = [alert("PostgresConnectionsHigh"), alert("TooManySeries")];
  const [certificate, key] = [alert("CertificateExpiring"), alert("ApiKeyExpiring")];
  return {
    title: "What runs out",
    panels: [
      lines({
        title: "Postgres connections in use",
        description: "Of those it takes. Past the line new ones are refused soon: find who holds them on the right.",
        unit: units.share,
        width: 8,
        max: 1,
        shows: [connections],
        queries: signals([connections], "in use"),
      }),
      lines({
        title: "Postgres connections by application",
        description:
          "By application name and state. Idle in transaction for long is a transaction that someone forgot.",
        unit: units.count,
        width: 8,
        stacked: true,
        queries: [
          metric(`sum by (application, state) (${series("postgresConnections")})`, "{{application}} {{state}}"),
        ],
      }),
      lines({
        title: "Series by process",
        description:
          "What Prometheus takes from a process. Past the line a label has values without bound: TooManySeries.",
        unit: units.count,
        width: 8,
        shows: [many],
        queries: signals([many], "{{job}}"),
      }),
      figure({
        title: "Certificates end in",
        description: "The time that is left of each watched certificate. Renew before it turns orange.",
        unit: units.seconds,
        width: 12,
        mappings: [endless],
        shows: [certificate],
        queries: signalsNow([certificate], "{{certificate}}"),
      }),
      figure({
        title: "API keys end in",
        description:
          "The time that is left of each key that has an end, by its place. Give out its successor before it turns orange.",
        unit: units.seconds,
        width: 12,
        mappings: [endless],
        shows: [key],
        queries: signalsNow([key], "{{job}} {{position}}"),
      }),
    ],
  };
}
