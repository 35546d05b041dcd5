import { expect, test } from "vitest";
import { cities } from "./cities.ts";

test("the cities are 40, each once, and each is its name and its state's two letters", () => {
  expect(new Set(cities).size).toBe(40);
  expect(cities.filter((city) => !/^[A-Z][A-Za-z]*( [A-Z][a-z]+)*, [A-Z]{2}$/.test(city))).toEqual([]);
});
