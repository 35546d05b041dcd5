import { expect, test } from "vitest";
import { parseAlerts } from "./alerts.ts";

const alert = (alertname: string, state: string, activeAt: string, more: object = {}) => ({
  labels: { alertname, severity: "page", ...more },
  annotations: { summary: `${alertname} stands.`, runbook_url: "x" },
  state,
  activeAt,
  value: "1e+00",
});
const answer = (...alerts: object[]) => ({ status: "success", data: { alerts } });

test("alerts come firing first, the oldest first, with what tells them apart", () => {
  const alerts = parseAlerts(
    answer(
      alert("Newer", "firing", "2026-01-31T09:31:00.5Z"),
      alert("Waiting", "pending", "2026-01-31T09:00:00Z"),
      alert("Quiet", "inactive", "2026-01-31T09:00:00Z"),
      alert("Older", "firing", "2026-01-31T09:30:00.123456789Z", { topic: "transactions" }),
    ),
  );
  expect(alerts.map(({ name }) => name)).toEqual(["Older", "Newer", "Waiting"]);
  expect(alerts[0]).toEqual({
    name: "Older",
    severity: "page",
    state: "firing",
    since: "2026-01-31T09:30:00Z",
    summary: "Older stands.",
    labels: { topic: "transactions" },
  });
});

test("an alert needs neither severity nor summary", () => {
  const bare = { labels: { alertname: "Bare" }, annotations: {}, state: "firing", activeAt: "2026-01-31T09:30:00Z" };
  expect(parseAlerts(answer(bare))).toMatchObject([{ name: "Bare", severity: "", summary: "" }]);
});

test("an answer of another kind is refused", () => {
  expect(() => parseAlerts({ status: "error", error: "no" })).toThrow();
});
