import type { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Alert } from "../rules/rule.ts";

/** A value at which a panel changes its colour and a chart draws a line. */
export type Bound = { value: number; colour: Colour; from: "above" | "below" };

export const colours = { good: "green", warning: "orange", bad: "red", plain: "blue", text: "text" } as const;
export type Colour = (typeof colours)[keyof typeof colours];

/** The bound of an alert, as its condition writes it. Throws on a condition of another form. */
export function boundOf({ name, fires, severity }: Alert): Bound {
  const [, operator, bound] = /^(>|==|<) (-?[\d.]+(?:e-?\d+)?)$/.exec(fires) ?? [];
  if (operator === undefined || bound === undefined) throw new Error(`${name}: no bound can be read from "${fires}"`);
  const colour = severity === "critical" ? colours.bad : colours.warning;
  const value = Number(bound);
  return operator === ">" ? { value, colour, from: "above" } : { value, colour, from: "below" };
}

/** The least that is more than a bound: Grafana's steps begin at their value, and alerts fire beyond theirs. */
const beyond = 1e-9;

/** Steps of a colour: good on the one side of each bound, its own on the other. */
export function stepsOf(bounds: readonly Bound[], plain: Colour = colours.good, margin = beyond): Threshold[] {
  const ordered = bounds.toSorted((a, b) => a.value - b.value);
  const under = ordered.filter(({ from }) => from === "below");
  const over = ordered.filter(({ from }) => from === "above");
  return [
    { value: null, color: under[0]?.colour ?? plain },
    // A bound's colour holds up to it, and from there on that of the next one.
    ...under.map(({ value }, index) => ({ value: value + margin, color: under[index + 1]?.colour ?? plain })),
    ...over.map(({ value, colour }) => ({ value: value + margin, color: colour })),
  ];
}

/** Steps of a chart, which draws a line at each bound. */
export function linesOf(bounds: readonly Bound[]): Threshold[] {
  return stepsOf(bounds, colours.good, 0);
}
