import { columns, type Field } from "./field.ts";
import { type Box, cell, rows } from "./layout.ts";
import { flag, format, text } from "./literal.ts";
import { palette } from "./palette.ts";
import type { Visual } from "./visual.ts";

const day = columns("dim_time", { date: "Date" }).date;

/** A choice among a column's values, as a drop-down list, the same on every page that has it. */
export function slicer({ by, title, box }: { by: Field; title: string; box: Box }): Visual {
  return {
    name: `choose_${by.table}_${by.name}`,
    type: "slicer",
    title,
    alt: `Chooses by ${title.toLowerCase()} what the page shows.`,
    box,
    roles: { Values: [by] },
    formats: { data: [format({ mode: text("Dropdown") })], header: [format({ show: flag(false) })] },
    syncGroup: `${by.table}.${by.name}`,
  };
}

/** What stands at the top of every page: its name, and the days that it shows. */
export function header(title: string, subtitle: string): Visual[] {
  const runs = [
    { value: title, textStyle: { fontSize: "20pt", fontWeight: "bold", color: palette.ink } },
    { value: `   ${subtitle}`, textStyle: { fontSize: "11pt", color: palette.quiet } },
  ];
  return [
    {
      name: "header",
      type: "textbox",
      title,
      alt: `${title}. ${subtitle}`,
      box: cell(rows.header, 0, 9),
      formats: { general: [format({ paragraphs: [{ textRuns: runs }] })] },
      container: { background: [format({ show: flag(false) })] },
    },
    {
      ...slicer({ by: day, title: "Date", box: cell(rows.header, 9, 3) }),
      alt: "Chooses from which day until which the page shows.",
      formats: { data: [format({ mode: text("Between") })], header: [format({ show: flag(false) })] },
    },
  ];
}
