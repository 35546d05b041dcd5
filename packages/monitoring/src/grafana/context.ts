import { alertGroups } from "../rules/alerts/index.ts";
import type { Alert } from "../rules/rule.ts";
import type { Thresholds } from "../thresholds.ts";

/** What dashboards are made of. */
export type Context = {
  thresholds: Thresholds;
  /** An alert by its name. Throws when there is none. */
  alert: (name: string) => Alert;
};

export function contextOf(thresholds: Thresholds): Context {
  const alerts = new Map(alertGroups(thresholds).flatMap((group) => group.alerts.map((alert) => [alert.name, alert])));
  return {
    thresholds,
    alert(name) {
      const found = alerts.get(name);
      if (found === undefined) throw new Error(`there is no alert ${name}`);
      return found;
    },
  };
}

/** Series by a label, and while there are none, one called `none` with 0: a panel says so instead of nothing. */
export function orNone(expr: string, label: string): string {
  return `${expr} or (label_replace(vector(0), "${label}", "none", "", "") unless on() ${expr})`;
}

/** Of series by a label those that are not 0: what can be known beforehand is there from the start. */
export function met(expr: string, label: string): string {
  return orNone(`(${expr} > 0)`, label);
}
