import type { DataTransformerConfig } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { Unit } from "../units.ts";
import { type Panel, type PanelText, panelOf } from "./panel.ts";

export type TableText = PanelText & {
  unitsByField?: Record<string, Unit>;
  transformations?: DataTransformerConfig[];
};

/** Rows and columns, with a filter on each column. */
export function table(text: TableText): Panel {
  const { unitsByField = {}, transformations = [] } = text;
  return panelOf(text, 9, "values", () => {
    const panel = new PanelBuilder().filterable(true).showHeader(true);
    for (const [name, unit] of Object.entries(unitsByField)) panel.overrideByName(name, [{ id: "unit", value: unit }]);
    for (const transformation of transformations) panel.withTransformation(transformation);
    return panel;
  });
}
