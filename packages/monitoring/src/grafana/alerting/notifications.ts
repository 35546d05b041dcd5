import {
  type ContactPoint,
  ContactPointBuilder,
  type NotificationPolicy,
  NotificationPolicyBuilder,
  type NotificationTemplate,
  NotificationTemplateBuilder,
} from "@grafana/grafana-foundation-sdk/alerting";

/** Where notifications go: a webhook each, whose address is in Grafana's environment. */
export const contactPointVariables = {
  "on-call": "ON_CALL_WEBHOOK_URL",
  "data-team": "DATA_TEAM_WEBHOOK_URL",
  "risk-team": "RISK_TEAM_WEBHOOK_URL",
} as const;
type Receiver = keyof typeof contactPointVariables;
const onCall: Receiver = "on-call";

export function contactPoints(): ContactPoint[] {
  return Object.entries(contactPointVariables).map(([name, variable]) =>
    new ContactPointBuilder()
      .uid(`scoreline-${name}`)
      .name(name)
      .type("webhook")
      .disableResolveMessage(false)
      .settings({
        url: `$__env{${variable}}`,
        httpMethod: "POST",
        title: '{{ template "scoreline.title" . }}',
        message: '{{ template "scoreline.message" . }}',
      })
      .build(),
  );
}

/** What Grafana calls an alert whose question failed; the rule's own labels are on it. */
const unasked = "DatasourceError";

/**
 * Who is told of what, and how often again. What is critical wakes on-call, and goes to its team too; what is not waits for the
 * team alone, and is repeated twice a day. A data source that is away fails every question at once: that is one message, to
 * those who can mend it, and no team's.
 */
export function notificationPolicy(): NotificationPolicy {
  return new NotificationPolicyBuilder()
    .receiver(onCall)
    .groupBy(["grafana_folder", "alertname"])
    .groupWait("30s")
    .groupInterval("5m")
    .repeatInterval("12h")
    .routes([
      new NotificationPolicyBuilder()
        .receiver(onCall)
        .objectMatchers([["alertname", "=", unasked]])
        .groupBy(["alertname", "datasource_uid"])
        .groupWait("30s")
        .groupInterval("5m")
        .repeatInterval("4h"),
      new NotificationPolicyBuilder()
        .receiver(onCall)
        .objectMatchers([["severity", "=", "critical"]])
        .groupBy(["grafana_folder", "alertname"])
        .groupWait("10s")
        .groupInterval("1m")
        .repeatInterval("1h")
        .continueVal(true),
      team("data-team", "data"),
      team("risk-team", "risk"),
    ])
    .build();
}

function team(receiver: Receiver, label: string): NotificationPolicyBuilder {
  return new NotificationPolicyBuilder()
    .receiver(receiver)
    .objectMatchers([["team", "=", label]])
    .groupBy(["grafana_folder", "alertname"])
    .groupWait("30s")
    .groupInterval("5m")
    .repeatInterval("12h");
}

/** What a notification says: what is wrong, with what, what to read, and where to look. */
export function notificationTemplate(): NotificationTemplate {
  return new NotificationTemplateBuilder().name("scoreline").template(messages).build();
}

const messages = `{{ define "scoreline.title" -}}
{{ if eq .Status "firing" }}{{ with .CommonLabels.severity }}{{ . }}: {{ end }}{{ else }}over: {{ end }}{{ .GroupLabels.alertname }}
{{- if gt (len .Alerts) 1 }} ({{ len .Alerts.Firing }} of {{ len .Alerts }} firing){{ end }}
{{- end }}

{{ define "scoreline.unasked" -}}
Grafana could not ask for {{ .Labels.rulename }}: {{ .Annotations.Error }}
{{- end }}

{{ define "scoreline.alert" -}}
{{ .Annotations.summary }}
{{ .Annotations.description }}
Since: {{ .StartsAt.UTC.Format "2006-01-02 15:04:05" }} UTC
{{- with .Annotations.runbook_url }}
Runbook: {{ . }}
{{- end }}
{{- with .PanelURL }}
Panel: {{ . }}
{{- end }}
{{- with .DashboardURL }}
Dashboard: {{ . }}
{{- end }}
{{ end }}

{{ define "scoreline.any" -}}
{{ if eq .Labels.alertname "${unasked}" }}{{ template "scoreline.unasked" . }}{{ else }}{{ template "scoreline.alert" . }}{{ end }}
{{ end }}

{{ define "scoreline.message" -}}
{{ range .Alerts.Firing }}{{ template "scoreline.any" . }}{{ end -}}
{{ if .Alerts.Resolved }}Over:
{{ range .Alerts.Resolved }}{{ template "scoreline.any" . }}{{ end -}}
{{ end -}}
{{ end }}
`;
