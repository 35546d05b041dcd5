/** A place on the page, in pixels of its 1280 by 720. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

export const page = { width: 1280, height: 720 };

const margin = 16;
const gap = 12;
const columnCount = 12;
const columnWidth = (page.width - 2 * margin - (columnCount - 1) * gap) / columnCount;

/** The rows that every page shares: the header, a band of figures, and two rows of visuals. */
export const rows = {
  header: { y: 12, height: 64 },
  figures: { y: 88, height: 84 },
  upper: { y: 184, height: 254 },
  lower: { y: 450, height: 254 },
  /** Both rows of visuals as one. */
  both: { y: 184, height: 520 },
} as const;

/** `span` of the page's twelve columns from `first`, counted from 0, in a row. */
export function cell(row: { y: number; height: number }, first: number, span: number): Box {
  return {
    x: margin + first * (columnWidth + gap),
    y: row.y,
    width: span * columnWidth + (span - 1) * gap,
    height: row.height,
  };
}
