import {
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import type { Unit } from "../units.ts";
import { type Panel, type PanelText, panelOf } from "./panel.ts";

export type FigureText = PanelText & {
  mappings?: ValueMapping[];
  /** Units of fields that differ from the panel's, by the field's name. */
  unitsByField?: Record<string, Unit>;
};

/** Large figures, one a series or one a column: what a glance is for. */
export function figure(text: FigureText): Panel {
  const { mappings, unitsByField = {} } = text;
  return panelOf(text, 4, "values", () => {
    const ranged = text.queries.some(({ kind }) => kind === "range");
    const panel = new PanelBuilder()
      .colorMode(BigValueColorMode.Value)
      .graphMode(ranged ? BigValueGraphMode.Area : BigValueGraphMode.None)
      .orientation(VizOrientation.Auto)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));
    if (mappings !== undefined) panel.mappings(mappings);
    for (const [name, unit] of Object.entries(unitsByField)) panel.overrideByName(name, [{ id: "unit", value: unit }]);
    return panel;
  });
}
