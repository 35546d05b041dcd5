import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { tabled } from "./legend.ts";
import { boundsOf, type Panel, type PanelText, panelOf } from "./panel.ts";

/** `bars` for figures of whole days, each of which stands alone; `stacked` where the series are parts of one whole. */
export type LinesText = PanelText & { draws?: "lines" | "bars"; stacked?: boolean; max?: number };

/** A chart over time, with a dashed line at each bound. */
export function lines(text: LinesText): Panel {
  return panelOf(text, 8, "lines", () => {
    const bars = text.draws === "bars";
    const panel = new PanelBuilder()
      .drawStyle(bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
      .fillOpacity(bars ? 80 : text.stacked === true ? 40 : 10)
      .lineWidth(1)
      .min(0)
      .showPoints(bars ? VisibilityMode.Never : VisibilityMode.Auto)
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .legend(tabled("lastNotNull", "max"));
    if (text.max !== undefined) panel.max(text.max);
    if (text.stacked === true) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
    if (boundsOf(text).length > 0)
      panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
    return panel;
  });
}
