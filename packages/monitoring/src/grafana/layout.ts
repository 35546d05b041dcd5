import type { GridPos } from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's grid has so many columns; a row of it is 30 pixels high. */
export const columns = 24;

/** The size of a panel on the grid. */
export type Size = { width: number; height: number };

/**
 * Lays panels out as a page lays words: from left to right, and on a new line where one does not fit. The lines begin at `top`;
 * a line is as high as its highest panel. Gives each panel's place, and where the next line begins.
 */
export function flow(sizes: readonly Size[], top: number): { places: GridPos[]; bottom: number } {
  let [x, y, line] = [0, top, 0];
  const places = sizes.map(({ width, height }) => {
    if (width > columns) throw new Error(`a panel of ${width} columns is wider than the grid`);
    if (x + width > columns) [x, y, line] = [0, y + line, 0];
    const place = { x, y, w: width, h: height };
    x += width;
    line = Math.max(line, height);
    return place;
  });
  return { places, bottom: y + line };
}
