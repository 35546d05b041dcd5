import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";

/** The names of the series in a line below the panel. */
export function listed(): VizLegendOptionsBuilder {
  return legend(LegendDisplayMode.List, []);
}

/** A row for each series below the panel, with what its values come to. */
export function tabled(...calculations: string[]): VizLegendOptionsBuilder {
  return legend(LegendDisplayMode.Table, calculations);
}

function legend(mode: LegendDisplayMode, calculations: string[]): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(mode)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calculations);
}
