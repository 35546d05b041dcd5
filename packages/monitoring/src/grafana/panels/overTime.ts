import { AxisPlacement, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { colours } from "../bounds.ts";
import type { Unit } from "../units.ts";
import { listed } from "./legend.ts";
import { type Panel, type PanelText, panelOf } from "./panel.ts";

/** How often each bucket of a histogram was met, over time. The panel's unit is that of the buckets. */
export function heat(text: PanelText): Panel {
  return panelOf(text, 8, "values", () =>
    new HeatmapBuilder()
      .calculate(false)
      .cellGap(1)
      .color(
        new HeatmapColorOptionsBuilder()
          .mode(HeatmapColorMode.Scheme)
          .scheme("Oranges")
          .scale(HeatmapColorScale.Exponential)
          .exponent(0.5)
          .steps(64)
          .reverse(false)
          .fill("dark-orange"),
      )
      .yAxis(new YAxisConfigBuilder().unit(text.unit satisfies Unit).axisPlacement(AxisPlacement.Left))
      .showLegend(),
  );
}

/** A lane for each series: where it was up, and where down. */
export function lanes(text: PanelText): Panel {
  return panelOf(text, 7, "values", () =>
    new StateTimelineBuilder()
      .mergeValues(true)
      .showValue(VisibilityMode.Auto)
      .rowHeight(0.8)
      .fillOpacity(80)
      .mappings([
        {
          type: MappingType.ValueToText,
          options: {
            "0": { text: "down", color: colours.bad, index: 0 },
            "1": { text: "up", color: colours.good, index: 1 },
          },
        },
      ])
      .legend(listed()),
  );
}
