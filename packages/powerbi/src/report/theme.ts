import { palette } from "./palette.ts";

export const themeName = "Scoreline";

/** The report's theme: dark ink on white cards, one palette, titles that stand out. */
export const theme = {
  name: themeName,
  dataColors: [palette.blue, palette.teal, palette.open, palette.violet, palette.bad, palette.good, palette.slate],
  good: palette.good,
  neutral: palette.open,
  bad: palette.bad,
  foreground: palette.ink,
  foregroundNeutralSecondary: palette.quiet,
  background: palette.paper,
  backgroundLight: palette.canvas,
  tableAccent: palette.blue,
  textClasses: {
    title: { fontFace: "Segoe UI Semibold", fontSize: 12, color: palette.ink },
    label: { fontFace: "Segoe UI", fontSize: 10, color: palette.ink },
    callout: { fontFace: "Segoe UI Semibold", fontSize: 20, color: palette.ink },
  },
  visualStyles: {
    "*": {
      "*": {
        background: [{ show: true, color: { solid: { color: palette.paper } }, transparency: 0 }],
        border: [{ show: true, color: { solid: { color: palette.line } }, radius: 6 }],
        title: [{ show: true, fontColor: { solid: { color: palette.ink } }, fontSize: 12 }],
      },
    },
    page: {
      "*": { background: [{ color: { solid: { color: palette.canvas } }, transparency: 0 }] },
    },
  },
};
