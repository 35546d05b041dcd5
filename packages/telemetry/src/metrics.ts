import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from "prom-client";
import { catalogue, type KeyOf, type MetricDefinition } from "./catalogue.ts";
import { Histogram } from "./histogram.ts";
import { type ProcessFigures, registerProcess } from "./processFigures.ts";

type Labels = Record<string, string | number>;

/** An app's metrics, made from the catalogue at first use, and their text form for `/metrics`. */
export type Metrics = {
  counter(key: KeyOf<"counter">): Counter;
  gauge(key: KeyOf<"gauge">): Gauge;
  histogram(key: KeyOf<"histogram">): Histogram;
  /**
   * Has series be there with 0 from the start; those that are there stay as they are. A rate misses the event that makes its
   * series, and a panel without a series is empty where it should say 0.
   */
  zero(key: keyof typeof catalogue, ...series: Labels[]): void;
  /** Calls `listener` before each exposition, for figures that are made when they are asked for. */
  onExpose(listener: () => void): void;
  /** Prometheus' text exposition and its content type. */
  expose(): Promise<{ contentType: string; body: string }>;
  /** True when nothing is kept: what only counts need not be done. */
  readonly off: boolean;
};

export type MetricsOptions = {
  /** Adds the process' own figures (memory, event loop), as Node has them. */
  runtime?: boolean;
  /** The process' figures where the runtime is another: under the names that they have on Node. */
  process?: ProcessFigures | undefined;
  /** Keeps no metric and exposes none, so that their cost can be measured. */
  off?: boolean;
};

/** `app` becomes a label on every series. */
export function createMetrics(app: string, options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const { off = false } = options;
  registry.setDefaultLabels({ app });
  if (options.runtime && !off) collectDefaultMetrics({ register: registry });
  if (options.process && !off) registerProcess(registry, options.process);
  const made = new Map<string, Counter | Gauge | Histogram>();
  const listeners: (() => void)[] = [];
  function once<Made extends Counter | Gauge | Histogram>(
    key: keyof typeof catalogue,
    make: (definition: MetricDefinition) => Made,
  ): Made {
    const existing = made.get(key);
    if (existing) return existing as Made;
    const metric = make(catalogue[key]);
    if (off) silence(metric);
    // The registry asks of a metric its name and `get` alone.
    else registry.registerMetric(metric as unknown as Metric);
    made.set(key, metric);
    return metric;
  }
  const counter: Metrics["counter"] = (key) => once(key, (definition) => new Counter(settings(definition)));
  const gauge: Metrics["gauge"] = (key) => once(key, (definition) => new Gauge(settings(definition)));
  const histogram: Metrics["histogram"] = (key) => once(key, (definition) => new Histogram(definition));
  return {
    counter,
    gauge,
    histogram,
    zero: (key, ...series) => {
      const { kind } = catalogue[key];
      for (const labels of series) {
        if (kind === "histogram") histogram(key as KeyOf<"histogram">).zero(labels);
        else if (kind === "counter") counter(key as KeyOf<"counter">).inc(labels, 0);
        else gauge(key as KeyOf<"gauge">).inc(labels, 0);
      }
    },
    onExpose: (listener) => void listeners.push(listener),
    expose: async () => {
      if (!off) for (const listener of listeners) listener();
      return { contentType: registry.contentType, body: off ? "" : await registry.metrics() };
    },
    off,
  };
}

const noop = () => {};

function silence(metric: Counter | Gauge | Histogram): void {
  Object.assign(metric, { inc: noop, dec: noop, set: noop, remove: noop, observe: noop, observeAll: noop, zero: noop });
}

function settings({ name, help, labels }: MetricDefinition) {
  return { name, help, labelNames: [...labels], registers: [] };
}
