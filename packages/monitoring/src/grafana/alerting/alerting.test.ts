import { expect, test } from "vitest";
import { parse } from "yaml";
import { alertGroups } from "../../rules/alerts/index.ts";
import { exprOf } from "../../rules/rule.ts";
import { readThresholds } from "../../thresholds.ts";
import { panelsOf } from "../dashboard.ts";
import { dashboards } from "../dashboards/index.ts";
import { alertingFiles } from "./files.ts";
import { martAlerts } from "./martAlerts.ts";
import { contactPoints, contactPointVariables, notificationPolicy } from "./notifications.ts";
import { folder, inGrafana, ruleGroups, uidOf } from "./rules.ts";

const thresholds = readThresholds();
const groups = ruleGroups(thresholds);
const rules = groups.flatMap((group) => group.rules ?? []);
const alerts = alertGroups(thresholds).flatMap((group) => group.alerts);

test("there is a rule for each alert of Prometheus, with its words and its wait", () => {
  expect(rules.map(({ title }) => title)).toEqual([
    ...alerts.map(({ name }) => name),
    ...martAlerts(thresholds).map(({ name }) => name),
  ]);
  for (const alert of alerts) {
    const rule = rules.find(({ title }) => title === alert.name);
    expect(rule?.data[0]?.model).toMatchObject({ expr: exprOf(alert), instant: true, range: false });
    expect(rule?.for).toBe(alert.for ?? "0s");
    expect(rule?.labels?.severity).toBe(alert.severity);
    expect(rule?.annotations).toMatchObject({ summary: alert.summary, description: inGrafana(alert.description) });
    expect(rule?.condition).toBe("C");
  }
});

test("uids are unique, stable and of 40 characters at most; titles are unique", () => {
  const uids = rules.map(({ uid }) => uid ?? "");
  expect(new Set(uids).size).toBe(uids.length);
  for (const uid of uids) expect(uid).toMatch(/^scoreline-[a-z0-9-]{1,30}$/);
  expect(uidOf("ConsumerLagGrowing")).toBe("scoreline-consumer-lag-growing");
  expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
});

test("each rule says whose it is, and leads to its runbook and its panel", () => {
  const panelIds = new Map(
    dashboards(thresholds).map((board) => [board.uid, panelsOf(board).map(({ id }) => `${id}`)]),
  );
  for (const { title, labels, annotations } of rules) {
    expect(labels?.team, title).toMatch(/^(platform|data|risk)$/);
    expect(annotations?.runbook_url, title).toMatch(/\/[A-Z]\w+\.md$/);
    expect(panelIds.get(annotations?.__dashboardUid__ ?? ""), title).toContain(annotations?.__panelId__);
  }
});

test("a description asks for the query's number, which Grafana's functions take, where there is one", () => {
  expect(inGrafana("{{ $value | humanizeDuration }} on {{ $labels.topic }}")).toBe(
    "{{ with $values.A }}{{ .Value | humanizeDuration }}{{ else }}(no value){{ end }} on {{ $labels.topic }}",
  );
  expect(inGrafana("{{ $value }} left")).toBe("{{ with $values.A }}{{ .Value }}{{ else }}(no value){{ end }} left");
  for (const { annotations, title } of rules) expect(annotations?.description, title).not.toMatch(/\$value\b/);
  // Grafana puts its environment in the place of a braced name.
  for (const { annotations, title } of rules) expect(JSON.stringify(annotations), title).not.toContain("${");
});

test("what is critical goes to on-call at once and to its team, the rest to its team", () => {
  const { receiver, routes = [] } = notificationPolicy();
  /** As Grafana routes: into each route that matches, up to the first that does not go on. */
  const told = (labels: Record<string, string>) => {
    const matching = routes.filter(({ object_matchers = [] }) =>
      object_matchers.every(([name = "", , value]) => labels[name] === value),
    );
    const last = matching.findIndex(({ continue: goesOn }) => goesOn !== true);
    const reached = last === -1 ? matching : matching.slice(0, last + 1);
    return reached.length === 0 ? [receiver] : reached.map((route) => route.receiver);
  };
  expect(told({ severity: "critical", team: "platform" })).toEqual(["on-call"]);
  expect(told({ severity: "critical", team: "risk" })).toEqual(["on-call", "risk-team"]);
  expect(told({ severity: "warning", team: "risk" })).toEqual(["risk-team"]);
  expect(told({ severity: "warning", team: "data" })).toEqual(["data-team"]);
  expect(told({ severity: "warning", team: "platform" })).toEqual(["on-call"]);
  expect(told({ severity: "critical", team: "risk", alertname: "DatasourceError" })).toEqual(["on-call"]);
  const critical = routes.find(({ object_matchers = [] }) => object_matchers.some(([name]) => name === "severity"));
  expect(critical).toMatchObject({ group_wait: "10s", group_by: expect.arrayContaining(["alertname"]) });
  expect(contactPoints().map(({ name }) => name)).toEqual(Object.keys(contactPointVariables));
});

test("a file names folder and interval once a group, and each rule's panel", () => {
  const file = parse(alertingFiles(thresholds).get("rules.yml") ?? "");
  expect(file.apiVersion).toBe(1);
  expect(file.groups.map(({ name }: { name: string }) => name)).toEqual(groups.map(({ title }) => title));
  for (const group of file.groups) {
    expect(group).toMatchObject({ orgId: 1, folder, interval: expect.stringMatching(/^[1-9]\d*0s$/) });
    for (const rule of group.rules)
      expect(rule).toMatchObject({
        dashboardUid: rule.annotations.__dashboardUid__,
        panelId: Number(rule.annotations.__panelId__),
        noDataState: "OK",
      });
  }
});
