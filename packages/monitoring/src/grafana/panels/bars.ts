import { PanelBuilder as BarChartBuilder } from "@grafana/grafana-foundation-sdk/barchart";
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  StackingMode,
  VisibilityMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { listed } from "./legend.ts";
import { type Panel, type PanelText, panelOf } from "./panel.ts";

export type BarsText = PanelText & {
  /** The column of names, or of days; every other column is a series. */
  by: string;
  /** `share`: parts of 100 percent. */
  stacking?: "none" | "sum" | "share";
  /** Bars lie where their names are long. */
  lies?: boolean;
};

const stackings = { none: StackingMode.None, sum: StackingMode.Normal, share: StackingMode.Percent } as const;

/** A bar for each row of a table. */
export function bars(text: BarsText): Panel {
  return panelOf(text, 9, "values", () =>
    new BarChartBuilder()
      .xField(text.by)
      .orientation(text.lies === true ? VizOrientation.Horizontal : VizOrientation.Vertical)
      .stacking(stackings[text.stacking ?? "none"])
      .showValue(VisibilityMode.Auto)
      .fillOpacity(80)
      .xTickLabelMaxLength(24)
      .legend(listed()),
  );
}

/** A bar for each series, by its newest value. */
export function ranking(text: PanelText): Panel {
  return panelOf(text, 9, "fills", () =>
    new BarGaugeBuilder()
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .valueMode(BarGaugeValueMode.Text)
      .min(0)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false)),
  );
}
