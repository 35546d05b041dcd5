import { expect, test } from "vitest";
import { flow } from "./layout.ts";

test("panels go from left to right, and on a new line below the highest of the last", () => {
  const sizes = [
    { width: 12, height: 8 },
    { width: 12, height: 6 },
    { width: 16, height: 4 },
    { width: 12, height: 5 },
  ];
  expect(flow(sizes, 1)).toEqual({
    places: [
      { x: 0, y: 1, w: 12, h: 8 },
      { x: 12, y: 1, w: 12, h: 6 },
      { x: 0, y: 9, w: 16, h: 4 },
      { x: 0, y: 13, w: 12, h: 5 },
    ],
    bottom: 18,
  });
  expect(flow([], 3)).toEqual({ places: [], bottom: 3 });
  expect(() => flow([{ width: 25, height: 1 }], 0)).toThrow(/wider than the grid/);
});
