import type { Query, Rule, RuleGroup } from "@grafana/grafana-foundation-sdk/alerting";
import { stringify } from "yaml";
import type { Thresholds } from "../../thresholds.ts";
import { contactPoints, notificationPolicy, notificationTemplate } from "./notifications.ts";
import { ruleGroups } from "./rules.ts";

const heading = "# Made by `npm run generate` from packages/monitoring and thresholds.yml; not written by hand.\n";

/** Grafana's files of alert rules, contact points, policies and templates, by their names. */
export function alertingFiles(thresholds: Thresholds): Map<string, string> {
  return new Map(
    Object.entries({
      "rules.yml": { groups: ruleGroups(thresholds).map(groupInFile) },
      "contactPoints.yml": {
        contactPoints: contactPoints().map(({ name, ...receiver }) => ({ orgId: 1, name, receivers: [receiver] })),
      },
      "policies.yml": { policies: [{ orgId: 1, ...notificationPolicy() }] },
      "templates.yml": { templates: [{ orgId: 1, ...notificationTemplate() }] },
    }).map(([name, content]) => [name, yaml({ apiVersion: 1, ...content })]),
  );
}

function yaml(content: object): string {
  // What is a function or undefined is no content; and a file names each thing where it stands.
  const plain: unknown = JSON.parse(JSON.stringify(content));
  return heading + stringify(plain, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A file names the group's folder and interval once, where the API names them in each rule. */
function groupInFile({ title, folderUid, interval, rules = [] }: RuleGroup) {
  return { orgId: 1, name: title, folder: folderUid, interval: `${interval}s`, rules: rules.map(ruleInFile) };
}

function ruleInFile(rule: Rule) {
  const { uid, title, condition, data, noDataState, execErrState, annotations, labels, missingSeriesEvalsToResolve } =
    rule;
  return {
    uid,
    title,
    condition,
    data: data.map(queryInFile),
    dashboardUid: annotations?.__dashboardUid__,
    panelId: Number(annotations?.__panelId__),
    noDataState,
    execErrState,
    for: rule.for,
    annotations,
    labels,
    // The file's own spelling; Grafana 11 does not know it yet and passes it over.
    missing_series_evals_to_resolve: missingSeriesEvalsToResolve,
    isPaused: false,
  };
}

function queryInFile({ refId, datasourceUid, relativeTimeRange, model }: Query) {
  return { refId, relativeTimeRange: relativeTimeRange ?? { from: 0, to: 0 }, datasourceUid, model };
}
