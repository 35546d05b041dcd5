import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { type Panel as Built, type GridPos, ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Alert } from "../../rules/rule.ts";
import { type Bound, boundOf, colours, linesOf, stepsOf } from "../bounds.ts";
import type { Size } from "../layout.ts";
import { dataSources, metric, metricNow, type Query, refId, targetOf } from "../query.ts";
import type { Unit } from "../units.ts";

/** What every panel says of itself, whatever it draws. */
export type PanelText = {
  title: string;
  /** What it tells, and when to act on it. */
  description: string;
  unit: Unit;
  queries: readonly Query[];
  width: number;
  height?: number;
  /** The alerts whose signal it shows: their bounds become its lines and colours. */
  shows?: readonly Alert[];
  /** The names of alerts on the marts that it shows. */
  showsOfMarts?: readonly string[];
  /** Bounds that are no alert's. */
  bounds?: readonly Bound[];
  /** What stands there when there is nothing to show. */
  noValue?: string;
  decimals?: number;
};

/** A panel before it has its place. */
export type Panel = PanelText & { size: Size; at: (id: number, place: GridPos) => Built };

/** What the SDK's builders of panels have in common. */
type PanelBuilder = Builder<Built> & {
  id(id: number): unknown;
  title(title: string): unknown;
  description(text: string): unknown;
  datasource(ref: DataSourceRef): unknown;
  gridPos(place: GridPos): unknown;
  unit(unit: string): unknown;
  decimals(decimals: number): unknown;
  noValue(text: string): unknown;
  thresholds(config: ThresholdsConfigBuilder): unknown;
  withTarget(target: Builder<Dataquery>): unknown;
};

/** The bounds of a panel: its alerts' and its own. */
export function boundsOf({ shows = [], bounds = [] }: PanelText): Bound[] {
  return [...shows.map(boundOf), ...bounds];
}

/** What a value's colour is where it has no bounds: that of text, and where it fills a bar one that is seen. */
const plain = { values: colours.text, fills: colours.plain } as const;

/** Fills in what every panel has. `colouring` says whether bounds colour values, fill bars, or are lines of a chart. */
export function panelOf(
  text: PanelText,
  heightDefault: number,
  colouring: "values" | "fills" | "lines",
  builder: () => PanelBuilder,
): Panel {
  const first = text.queries[0];
  if (first === undefined) throw new Error(`${text.title}: a panel needs a query`);
  const bounds = boundsOf(text);
  const steps =
    colouring === "lines" ? linesOf(bounds) : stepsOf(bounds, bounds.length === 0 ? plain[colouring] : colours.good);
  return {
    ...text,
    size: { width: text.width, height: text.height ?? heightDefault },
    at(id, place) {
      const panel = builder();
      panel.id(id);
      panel.title(text.title);
      panel.description(text.description);
      panel.datasource(dataSources[first.datasource]);
      panel.gridPos(place);
      panel.unit(text.unit);
      panel.noValue(text.noValue ?? "none");
      panel.thresholds(new ThresholdsConfigBuilder().steps(steps));
      if (text.decimals !== undefined) panel.decimals(text.decimals);
      text.queries.forEach((query, index) => {
        panel.withTarget(targetOf(query, refId(index)));
      });
      return panel.build();
    },
  };
}

/** The signals of alerts over time, word for word what the rules ask. */
export function signals(alerts: readonly Alert[], legend?: string): Query[] {
  return alerts.map(({ signal }) => metric(signal, legend));
}

/** The signals of alerts as of now. */
export function signalsNow(alerts: readonly Alert[], legend?: string): Query[] {
  return alerts.map(({ signal }) => metricNow(signal, legend));
}
