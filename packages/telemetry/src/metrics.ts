import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { catalogue, type KeyOf, type MetricDefinition } from "./catalogue.ts";

/** An app's metrics, made from the catalogue at first use, and their text form for `/metrics`. */
export type Metrics = {
  counter(key: KeyOf<"counter">): Counter;
  gauge(key: KeyOf<"gauge">): Gauge;
  histogram(key: KeyOf<"histogram">): Histogram;
  /** Prometheus' text exposition and its content type. */
  expose(): Promise<{ contentType: string; body: string }>;
};

/** `app` becomes a label on every series. `runtime: true` adds the process' own figures (memory, event loop), which Node has. */
export function createMetrics(app: string, options: { runtime?: boolean } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  if (options.runtime) collectDefaultMetrics({ register: registry });
  const made = new Map<string, Counter | Gauge | Histogram>();
  function once<Metric extends Counter | Gauge | Histogram>(
    key: keyof typeof catalogue,
    make: (definition: MetricDefinition) => Metric,
  ): Metric {
    const existing = made.get(key);
    if (existing) return existing as Metric;
    const metric = make(catalogue[key]);
    made.set(key, metric);
    return metric;
  }
  return {
    counter: (key) => once(key, (definition) => new Counter({ ...settings(definition), registers: [registry] })),
    gauge: (key) => once(key, (definition) => new Gauge({ ...settings(definition), registers: [registry] })),
    histogram: (key) =>
      once(
        key,
        (definition) =>
          new Histogram({ ...settings(definition), buckets: [...(definition.buckets ?? [])], registers: [registry] }),
      ),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function settings({ name, help, labels }: MetricDefinition) {
  return { name, help, labelNames: [...labels] };
}
