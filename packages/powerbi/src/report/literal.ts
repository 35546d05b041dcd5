import { expressionOf, type Field } from "./field.ts";

const expression = (value: string) => ({ expr: { Literal: { Value: value } } });

/** A text, in single quotes; its own are doubled. */
export const text = (value: string) => expression(`'${value.replaceAll("'", "''")}'`);

export const flag = (value: boolean) => expression(String(value));

/** A number with decimals, as sizes and bounds are written. */
export const decimal = (value: number) => expression(`${value}D`);

/** A colour as #rrggbb. */
export const colour = (hex: string) => ({ solid: { color: text(hex) } });

/** A colour that a measure gives as #rrggbb. */
export const colourBy = (measure: Field) => ({ solid: { color: { expr: expressionOf(measure) } } });

/** Restricts a format to the data points whose column has a value. */
export const pointsOf = (column: Field, value: string | boolean) => ({
  data: [
    {
      scopeId: {
        Comparison: {
          ComparisonKind: 0,
          Left: expressionOf(column),
          Right: typeof value === "string" ? text(value).expr : flag(value).expr,
        },
      },
    },
  ],
});

/** One set of format properties, everywhere or where a selector says. */
export const format = (properties: object, selector?: object) => ({
  properties,
  ...(selector === undefined ? {} : { selector }),
});
