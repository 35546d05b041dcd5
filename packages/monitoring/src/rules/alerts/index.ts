import type { Thresholds } from "../../thresholds.ts";
import type { Alert } from "../rule.ts";
import { capacityAlerts } from "./capacity.ts";
import { fraudAlerts } from "./fraud.ts";
import { objectiveAlerts } from "./objectives.ts";
import { qualityAlerts } from "./quality.ts";
import { streamAlerts } from "./stream.ts";
import { warehouseAlerts } from "./warehouse.ts";

/** Alerts that are evaluated together; the name is the rule group's in Prometheus and in Grafana. */
export type AlertGroup = { name: string; alerts: Alert[] };

/** Every alert. `written` are those of the file, where `thresholds` are hastened. */
export function alertGroups(thresholds: Thresholds, written: Thresholds = thresholds): AlertGroup[] {
  return [
    { name: "stream", alerts: streamAlerts(thresholds) },
    { name: "quality", alerts: qualityAlerts(thresholds) },
    { name: "fraud", alerts: fraudAlerts(thresholds) },
    { name: "warehouse", alerts: warehouseAlerts(thresholds) },
    { name: "capacity", alerts: capacityAlerts(thresholds) },
    { name: "objectives", alerts: objectiveAlerts(thresholds, written) },
  ];
}
