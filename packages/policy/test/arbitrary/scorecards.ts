import { reasonCodes, reasons } from "@scoreline/contracts";
import type { NumberType } from "../../src/ir.ts";
import { formatScaled } from "../../src/language/decimal.ts";
import { trickyTexts } from "../../src/vectors/values.ts";
import type { Choices } from "./choices.ts";
import { type Known, scaledWithin } from "./names.ts";

/** Reason codes that a customer may read. */
export const publicCodes = reasonCodes.filter((code) => !reasons[code].internal);

const pointsChoices = ["0", "10", "25", "-15", "40.5", "12.25"];

/** A scorecard over some inputs and features, and its total as a name. */
export function scorecard(choices: Choices, names: readonly Known[]): { yaml: string; total: Known } {
  const read = choices.some(names, 35);
  const sources = read.length > 0 ? read.slice(0, 4) : names.slice(0, 1);
  const base = choices.pick(["100", "0", "-20.5"]);
  const drawn = sources.map((source) => characteristic(choices, source));
  const yaml = `scorecard:
  id: points
  base: ${base}
  characteristics:
${drawn.map((part) => part.yaml).join("\n")}`;
  return {
    yaml,
    total: { name: "points", type: totalType([[base], ...drawn.map(({ points }) => points)]), ...always },
  };
}

const always = { optional: false, input: false } as const;

/** The bounds of a sum of one number of each list, written as decimals. */
function totalType(parts: readonly (readonly string[])[]): NumberType {
  const scale = Math.max(...parts.flat().map((text) => text.split(".")[1]?.length ?? 0));
  const scaled = parts.map((part) => part.map((text) => Math.round(Number(text) * 10 ** scale)));
  const sum = (pick: (...values: number[]) => number) => scaled.reduce((total, part) => total + pick(...part), 0);
  return { kind: "number", scale, min: sum(Math.min), max: sum(Math.max) };
}

function characteristic(choices: Choices, source: Known): { yaml: string; points: string[] } {
  const reason = choices.chance(40) ? `, reason: ${choices.pick(publicCodes)}` : "";
  const points: string[] = [];
  const give = () => {
    points.push(choices.pick(pointsChoices));
    return points.at(-1) as string;
  };
  const missing = source.optional ? [`{ missing: true, points: ${give()} }`] : [];
  const bins = binsOf(choices, source, give);
  const all = choices.chance(50) ? [...missing, ...bins] : [...bins, ...missing];
  return { yaml: `    - { input: ${source.name}${reason}, bins: [${all.join(", ")}] }`, points };
}

function binsOf(choices: Choices, { type, values }: Known, points: () => string): string[] {
  const other = () => `{ other: true, points: ${points()} }`;
  if (type.kind === "boolean") return [`{ in: [true], points: ${points()} }`, other()];
  if (type.kind === "string") {
    const known = values ?? trickyTexts;
    const listed = choices.some(known, 40);
    if (listed.length === 0 || listed.length === known.length) return [other()];
    return [`{ in: [${listed.map((text) => JSON.stringify(text)).join(", ")}], points: ${points()} }`, other()];
  }
  if (choices.chance(20)) {
    const listed = new Set([scaledWithin(type, choices), scaledWithin(type, choices)]);
    const shown = [...listed].map((value) => formatScaled(value, type.scale));
    return [`{ in: [${shown.join(", ")}], points: ${points()} }`, other()];
  }
  const cuts = new Set(Array.from({ length: 1 + choices.upTo(2) }, () => scaledWithin(type, choices)));
  const inner = [...cuts].sort((a, b) => a - b).filter((cut) => cut > type.min && cut <= type.max);
  const shown = inner.map((cut) => formatScaled(cut, type.scale));
  if (shown.length === 0) return [other()];
  const ranges = shown.map((cut, index) => {
    const from = index === 0 ? "" : `from: ${shown[index - 1]}, `;
    return `{ ${from}to: ${cut}, points: ${points()} }`;
  });
  const last = choices.chance(50) ? `{ from: ${shown.at(-1)}, points: ${points()} }` : other();
  return [...ranges, last];
}
