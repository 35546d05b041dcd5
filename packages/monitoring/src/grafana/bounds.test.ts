import { expect, test } from "vitest";
import type { Alert } from "../rules/rule.ts";
import { boundOf, linesOf, stepsOf } from "./bounds.ts";

const alert = (fires: string, severity: Alert["severity"]) =>
  ({ name: "A", fires, severity, signal: "a", summary: "", description: "", cases: [] }) satisfies Alert;

test("an alert's condition is a bound on its side, in its colour", () => {
  expect(boundOf(alert("> 0.05", "critical"))).toEqual({ value: 0.05, colour: "red", from: "above" });
  expect(boundOf(alert("< 1814400", "warning"))).toEqual({ value: 1_814_400, colour: "orange", from: "below" });
  expect(boundOf(alert("== 0", "critical"))).toEqual({ value: 0, colour: "red", from: "below" });
  expect(() => boundOf(alert("!= 3", "critical"))).toThrow(/no bound can be read from "!= 3"/);
});

test("a value at its bound is still good, and one beyond has the bound's colour", () => {
  const colourAt = (value: number, steps: ReturnType<typeof stepsOf>) =>
    steps.findLast((step) => (step.value ?? Number.NEGATIVE_INFINITY) <= value)?.color;
  const [above, below] = [stepsOf([boundOf(alert("> 0", "critical"))]), stepsOf([boundOf(alert("== 0", "critical"))])];
  expect([0, 1].map((value) => colourAt(value, above))).toEqual(["green", "red"]);
  expect([0, 1].map((value) => colourAt(value, below))).toEqual(["red", "green"]);
  const budget = stepsOf([
    { value: 0.25, colour: "orange", from: "below" },
    { value: 0, colour: "red", from: "below" },
  ]);
  expect([-1, 0.1, 1].map((value) => colourAt(value, budget))).toEqual(["red", "orange", "green"]);
});

test("a chart's line is at the bound itself", () => {
  expect(linesOf([boundOf(alert("> 60", "critical"))])).toEqual([
    { value: null, color: "green" },
    { value: 60, color: "red" },
  ]);
});
