import { type Field, queryRef } from "./field.ts";
import type { Box } from "./layout.ts";
import { colour, colourBy, decimal, flag, format, pointsOf, text } from "./literal.ts";
import { palette } from "./palette.ts";
import type { Visual } from "./visual.ts";

/** What every visual has. */
type Base = { name: string; title: string; alt: string; box: Box };

type Chart = Base & {
  type: "lineChart" | "columnChart" | "clusteredColumnChart" | "clusteredBarChart" | "hundredPercentStackedBarChart";
  by: Field;
  values: Field[];
  /** Splits each value into series. */
  series?: Field;
  tooltips?: Field[];
  /** By the category itself, or by the first value from the largest. */
  order?: "category" | "largest";
  /** The colours of the series' values, or of the categories' where there is no series. */
  colours?: Record<string, string>;
  /** The colours of the values, in their order. */
  valueColours?: string[];
};

type Matrix = Base & { rows: Field[]; columns: Field[]; values: Field[]; totals: boolean };

/** A chart with a category axis. */
export function chart({
  type,
  by,
  values,
  series,
  tooltips,
  order = "category",
  colours,
  valueColours,
  ...base
}: Chart): Visual {
  const [first] = values;
  const points = [
    ...Object.entries(colours ?? {}).map(([value, hex]) =>
      format({ fill: colour(hex) }, pointsOf(series ?? by, value)),
    ),
    ...values.flatMap((value, index) => {
      const hex = valueColours?.[index];
      return hex === undefined ? [] : [format({ fill: colour(hex) }, { metadata: queryRef(value) })];
    }),
  ];
  return {
    ...base,
    type,
    roles: {
      Category: [by],
      Y: values,
      ...(series === undefined ? {} : { Series: [series] }),
      ...(tooltips === undefined ? {} : { Tooltips: tooltips }),
    },
    sort: order === "largest" && first ? { by: first, direction: "Descending" } : { by, direction: "Ascending" },
    formats: {
      ...(points.length === 0 ? {} : { dataPoint: points }),
      legend: [format({ show: flag(series !== undefined || values.length > 1), position: text("Top") })],
      categoryAxis: [format({ showAxisTitle: flag(false) })],
      valueAxis: [format({ showAxisTitle: flag(false) })],
    },
  };
}

/** Shares of a whole. */
export function donut({
  by,
  value,
  colours,
  ...base
}: Base & { by: Field; value: Field; colours: [string | boolean, string][] }): Visual {
  return {
    ...base,
    type: "donutChart",
    roles: { Category: [by], Y: [value] },
    formats: {
      dataPoint: colours.map(([of, hex]) => format({ fill: colour(hex) }, pointsOf(by, of))),
      legend: [format({ show: flag(true), position: text("Bottom") })],
    },
  };
}

/** One value between two bounds. */
export function gauge({ value, min, max, ...base }: Base & { value: Field; min: number; max: number }): Visual {
  return {
    ...base,
    type: "gauge",
    roles: { Y: [value] },
    formats: { axis: [format({ min: decimal(min), max: decimal(max) })] },
  };
}

/** Bubbles at their places; the tooltip names them. */
export function map({
  latitude,
  longitude,
  size,
  tooltips,
  ...base
}: Base & { latitude: Field; longitude: Field; size: Field; tooltips: Field[] }): Visual {
  return {
    ...base,
    type: "azureMap",
    roles: { Y: [latitude], X: [longitude], Size: [size], Tooltips: tooltips },
    formats: {
      mapControls: [format({ autoZoom: flag(true), defaultStyle: text("grayscale_light") })],
      bubbleLayer: [format({ show: flag(true), sizeByValue: flag(true) })],
    },
  };
}

/** Rows of fields, in an order, in another font colour where a measure says so. */
export function table({
  fields,
  sort,
  fontBy,
  ...base
}: Base & { fields: Field[]; sort: NonNullable<Visual["sort"]>; fontBy?: Field }): Visual {
  const everyRow = { dataViewWildcard: { matchingOption: 1 } };
  return {
    ...base,
    type: "tableEx",
    roles: { Values: fields },
    sort,
    formats: {
      total: [format({ totals: flag(false) })],
      ...(fontBy === undefined
        ? {}
        : {
            values: fields.map((field) =>
              format({ fontColor: colourBy(fontBy) }, { data: [everyRow], metadata: queryRef(field) }),
            ),
          }),
    },
  };
}

/** Values by rows and columns, with their totals or without. */
export function matrix({ rows, columns, values, totals, ...base }: Matrix): Visual {
  return {
    ...base,
    type: "pivotTable",
    roles: { Rows: rows, Columns: columns, Values: values },
    formats: { subTotals: [format({ rowSubtotals: flag(totals), columnSubtotals: flag(totals) })] },
  };
}

/** Measures side by side in one band. */
export function figures({ values, ...base }: Base & { values: Field[] }): Visual {
  return {
    ...base,
    type: "cardVisual",
    roles: { Data: values },
    formats: { value: [format({ fontSize: decimal(20), fontColor: colour(palette.ink) }, { id: "default" })] },
    container: { title: [format({ show: flag(false), text: text(base.title) })] },
  };
}
