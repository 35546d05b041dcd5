import type { Thresholds } from "../../thresholds.ts";
import { panelsOf } from "../dashboard.ts";
import { dashboards } from "../dashboards/index.ts";

export type PanelRef = { dashboardUid: string; panelId: number };

/** The panel that shows each alert, by the alert's name. Throws when two show the same. */
export function panelRefs(thresholds: Thresholds): Map<string, PanelRef> {
  const refs = new Map<string, PanelRef>();
  for (const dashboard of dashboards(thresholds))
    for (const { id, panel } of panelsOf(dashboard))
      for (const name of [...(panel.shows ?? []).map((alert) => alert.name), ...(panel.showsOfMarts ?? [])]) {
        if (refs.has(name)) throw new Error(`${panel.title} shows ${name}, and so does another panel`);
        refs.set(name, { dashboardUid: dashboard.uid, panelId: id });
      }
  return refs;
}

/** The panel that shows an alert. Throws when none does. */
export function panelShowing(refs: Map<string, PanelRef>, name: string): PanelRef {
  const ref = refs.get(name);
  if (ref === undefined) throw new Error(`no panel shows ${name}`);
  return ref;
}
