import { QueryBuilder, RuleBuilder, type RuleGroup, RuleGroupBuilder } from "@grafana/grafana-foundation-sdk/alerting";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { TypeMathBuilder, TypeThresholdBuilder } from "@grafana/grafana-foundation-sdk/expr";
import { alertGroups } from "../../rules/alerts/index.ts";
import { annotationsOf } from "../../rules/prometheus.ts";
import { type Alert, exprOf } from "../../rules/rule.ts";
import type { Thresholds } from "../../thresholds.ts";
import { type DataSourceName, dataSources, metricNow, rows, targetOf } from "../query.ts";
import { type MartAlert, martAlerts } from "./martAlerts.ts";
import { type PanelRef, panelRefs, panelShowing } from "./panelRefs.ts";

/** The folder of the dashboards and of the rules, by its title. */
export const folder = "Scoreline";

/** Who looks after a group of alerts. */
const teams: Record<string, string> = { quality: "data", warehouse: "data", fraud: "risk" };
const teamDefault = "platform";

/** Grafana evaluates every ten seconds at most; the marts change with a build. */
const intervalsSeconds = { prometheus: 10, warehouse: 60 } as const;

const expressions = { type: "__expr__", uid: "__expr__" } as const;

/** Every rule group: those of Prometheus' alerts, and that of the marts. */
export function ruleGroups(thresholds: Thresholds): RuleGroup[] {
  const refs = panelRefs(thresholds);
  const group = (name: string, interval: number, rules: RuleBuilder[]) =>
    new RuleGroupBuilder(name).folderUid(folder).interval(interval).rules(rules).build();
  return [
    ...alertGroups(thresholds).map(({ name, alerts }) =>
      group(
        name,
        intervalsSeconds.prometheus,
        alerts.map((alert) =>
          metricRule(name, alert, annotationsOf(alert, thresholds), panelShowing(refs, alert.name)),
        ),
      ),
    ),
    group(
      "marts",
      intervalsSeconds.warehouse,
      martAlerts(thresholds).map((alert) => martRule(alert, thresholds, panelShowing(refs, alert.name))),
    ),
  ];
}

/** A rule's uid: stable, of 40 characters at most. */
export function uidOf(name: string): string {
  return `scoreline-${name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()}`;
}

type Annotations = Record<string, string>;

/**
 * As Grafana itself converts a rule of Prometheus: whatever the expression gives fires, whatever its value, and giving nothing
 * is all right.
 */
function metricRule(group: string, alert: Alert, annotations: Annotations, panel: PanelRef): RuleBuilder {
  return ruleIn(group, alert.name)
    .labels({ severity: alert.severity, team: teams[group] ?? teamDefault })
    .annotations({ ...annotations, description: inGrafana(alert.description), ...linkTo(panel) })
    .forDuration(alert.for ?? "0s")
    .execErrState("Error")
    .queries([
      question("prometheus", targetOf(metricNow(exprOf(alert)), "A")),
      new QueryBuilder("B")
        .datasourceUid(expressions.uid)
        .model(
          new TypeMathBuilder()
            .refId("B")
            .datasource(expressions)
            .expression("is_number($A) || is_nan($A) || is_inf($A)"),
        ),
      threshold("B", 0),
    ]);
}

function martRule(alert: MartAlert, { runbooks_url }: Thresholds, panel: PanelRef): RuleBuilder {
  const { name, severity, team, summary, description, sql, above, onError } = alert;
  return ruleIn("marts", name)
    .labels({ severity, team })
    .annotations({
      summary,
      runbook_url: `${runbooks_url}/${name}.md`,
      description: inGrafana(description),
      ...linkTo(panel),
    })
    .forDuration(alert.for)
    .execErrState(onError)
    .queries([question("warehouse", targetOf(rows(sql), "A")), threshold("A", above)]);
}

function ruleIn(group: string, name: string): RuleBuilder {
  return (
    new RuleBuilder(name)
      .uid(uidOf(name))
      .ruleGroup(group)
      .folderUID(folder)
      .orgID(1)
      .condition("C")
      .noDataState("OK")
      // As Prometheus does: over as soon as its series is gone.
      .missingSeriesEvalsToResolve(1)
  );
}

/** What Grafana links an alert to its panel by. */
function linkTo({ dashboardUid, panelId }: PanelRef): Record<string, string> {
  return { __dashboardUid__: dashboardUid, __panelId__: String(panelId) };
}

function question(datasource: DataSourceName, target: Builder<Dataquery>): QueryBuilder {
  return new QueryBuilder("A")
    .datasourceUid(dataSources[datasource].uid)
    .relativeTimeRange({ from: 600, to: 0 })
    .model(target);
}

function threshold(of: string, above: number): QueryBuilder {
  return new QueryBuilder("C").datasourceUid(expressions.uid).model(
    new TypeThresholdBuilder()
      .refId("C")
      .datasource(expressions)
      .expression(of)
      .conditions([{ evaluator: { type: "gt", params: [above] } }]),
  );
}

/**
 * A description of Prometheus as Grafana templates it: `$value` is text there, and the number is the query's. It has none where
 * the query failed or gave nothing, and Grafana tells of those too.
 */
export function inGrafana(description: string): string {
  return description.replaceAll(
    /\{\{ \$value((?: \|[^}]*)?) \}\}/g,
    "{{ with $$values.A }}{{ .Value$1 }}{{ else }}(no value){{ end }}",
  );
}
