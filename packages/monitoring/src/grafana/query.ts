import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** The data sources of `provisioning/datasources/datasources.yml`, by what they are called here. */
export const dataSources = {
  prometheus: { type: "prometheus", uid: "prometheus" },
  warehouse: { type: "grafana-postgresql-datasource", uid: "warehouse" },
} as const satisfies Record<string, DataSourceRef>;
export type DataSourceName = keyof typeof dataSources;

/** A question to Prometheus, over the dashboard's time or at its end. */
export type Metric = {
  datasource: "prometheus";
  kind: "range" | "instant";
  query: string;
  /** What a series is called, as a template of Grafana such as `{{topic}}`. */
  legend: string;
  format: "time_series" | "heatmap" | "table";
};

/** A question to the marts: a table, or series of a column `time`. */
export type Sql = { datasource: "warehouse"; kind: "table" | "time_series"; query: string };

export type Query = Metric | Sql;

/** Series over the dashboard's time. */
export function metric(query: string, legend = "__auto"): Metric {
  return { datasource: "prometheus", kind: "range", query, legend, format: "time_series" };
}

/** Values as of the dashboard's end. */
export function metricNow(query: string, legend = "__auto", format: "time_series" | "table" = "time_series"): Metric {
  return { datasource: "prometheus", kind: "instant", query, legend, format };
}

/** Buckets of a histogram, summed by `le` alone. */
export function bucketsOverTime(query: string): Metric {
  return { datasource: "prometheus", kind: "range", query, legend: "{{le}}", format: "heatmap" };
}

/** Rows of the marts. */
export function rows(query: string): Sql {
  return { datasource: "warehouse", kind: "table", query: query.trim() };
}

/** Series of the marts: a column `time`, and one a series. */
export function rowsOverTime(query: string): Sql {
  return { datasource: "warehouse", kind: "time_series", query: query.trim() };
}

/** Names of a panel's queries, as Grafana gives them. */
export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

/** The query as a panel's target. */
export function targetOf(query: Query, ref: string): Builder<Dataquery> {
  return query.datasource === "prometheus" ? metricTarget(query, ref) : { build: () => sqlTarget(query, ref) };
}

const formats = {
  time_series: PromQueryFormat.TimeSeries,
  heatmap: PromQueryFormat.Heatmap,
  table: PromQueryFormat.Table,
} as const;

function metricTarget({ query, kind, legend, format }: Metric, ref: string): DataqueryBuilder {
  const target = new DataqueryBuilder()
    .refId(ref)
    .datasource(dataSources.prometheus)
    .expr(query)
    .legendFormat(legend)
    .format(formats[format]);
  return kind === "instant" ? target.instant() : target.range();
}

/** The SDK knows no query of the PostgreSQL data source; these are its fields. */
export type SqlTarget = Dataquery & {
  refId: string;
  datasource: DataSourceRef;
  editorMode: "code";
  format: Sql["kind"];
  rawQuery: true;
  rawSql: string;
};

export function sqlTarget({ query, kind }: Sql, ref: string): SqlTarget {
  const { warehouse } = dataSources;
  const fields = { refId: ref, datasource: warehouse, editorMode: "code", format: kind, rawQuery: true } as const;
  // The SDK's mark of a query's type; a function, so it is in no JSON.
  return { ...fields, rawSql: query, _implementsDataqueryVariant() {} };
}
