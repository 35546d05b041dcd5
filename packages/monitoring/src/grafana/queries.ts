import { alertGroups } from "../rules/alerts/index.ts";
import { exprOf } from "../rules/rule.ts";
import type { Thresholds } from "../thresholds.ts";
import { martAlerts } from "./alerting/martAlerts.ts";
import { panelsOf } from "./dashboard.ts";
import { dashboards } from "./dashboards/index.ts";
import type { DataSourceName } from "./query.ts";
import { type Choices, type Range, runnable } from "./runnable.ts";
import { questionOf, type Variable } from "./variable.ts";

/** A query that a dashboard or an alert rule asks. */
export type AskedQuery = {
  /** `Pipeline / Received by topic`, or `alert ConsumerLagGrowing`. */
  where: string;
  datasource: DataSourceName;
  /** Over the whole time, or as of its end. Rows are of no moment. */
  kind: "range" | "instant" | "rows";
  /** As Grafana has it, with its macros and variables. */
  query: string;
  /** The variables of the dashboard. */
  variables: readonly Variable[];
  /**
   * Whether it answers at all times. What is not: an alert's condition, which answers when it fires, and the rows of findings
   * that a good day has none of.
   */
  always: boolean;
};

/** Every query of all dashboards, of their variables, and of all alert rules. */
export function askedQueries(thresholds: Thresholds): AskedQuery[] {
  return [...dashboardQueries(thresholds), ...alertQueries(thresholds)];
}

/** Every query as its data source takes it, over a time and with all values of each variable. */
export function runnableQueries(thresholds: Thresholds, range: Range): (AskedQuery & { runnable: string })[] {
  return askedQueries(thresholds).map((asked) => {
    const { datasource, query, variables } = asked;
    return { ...asked, runnable: runnable(datasource, query, range, allOf(variables)) };
  });
}

/** All values of each variable: any text for Prometheus, for SQL the question that gives the values. */
function allOf(variables: readonly Variable[]): Choices {
  return Object.fromEntries(
    variables.map((variable) => [variable.name, variable.datasource === "prometheus" ? ".*" : variable.sql]),
  );
}

function dashboardQueries(thresholds: Thresholds): AskedQuery[] {
  return dashboards(thresholds).flatMap((dashboard) => {
    const { title, variables } = dashboard;
    const ofPanels = panelsOf(dashboard).flatMap(({ panel }) =>
      panel.queries.map(
        ({ datasource, kind, query }): AskedQuery => ({
          where: `${title} / ${panel.title}`,
          datasource,
          kind: kind === "range" || kind === "instant" ? kind : "rows",
          query,
          variables,
          always: true,
        }),
      ),
    );
    const ofVariables = variables
      .filter(({ datasource }) => datasource === "warehouse")
      .map(
        (variable): AskedQuery => ({
          where: `${title} / $${variable.name}`,
          datasource: variable.datasource,
          kind: "rows",
          query: questionOf(variable),
          variables: [],
          always: true,
        }),
      );
    return [...ofPanels, ...ofVariables];
  });
}

function alertQueries(thresholds: Thresholds): AskedQuery[] {
  const ofMetrics = alertGroups(thresholds).flatMap(({ alerts }) =>
    alerts.map(
      (alert): AskedQuery => ({
        where: `alert ${alert.name}`,
        datasource: "prometheus",
        kind: "instant",
        query: exprOf(alert),
        variables: [],
        always: false,
      }),
    ),
  );
  const ofMarts = martAlerts(thresholds).map(
    ({ name, sql }): AskedQuery => ({
      where: `alert ${name}`,
      datasource: "warehouse",
      kind: "rows",
      query: sql,
      variables: [],
      always: true,
    }),
  );
  return [...ofMetrics, ...ofMarts];
}
