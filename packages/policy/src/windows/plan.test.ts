import { describe, expect, test } from "vitest";
import { feature, inputs, policyOf } from "../../test/windows.ts";
import type { Input } from "../ir.ts";
import { WindowPlan } from "./plan.ts";

const velocity = policyOf([
  feature("count", 3_600_000),
  feature("sum", 86_400_000, "loan_amount", 5_000),
  feature("distinct", 86_400_000, "device_id"),
]);
const rate = inputs.rate as Input;

describe("two policies share a window", () => {
  test("that they declare alike, whatever its name, its cap and its place", () => {
    const [count, sum, distinct] = velocity.features;
    if (!count || !sum || !distinct) throw new Error("velocity has three features");
    const other = policyOf([{ ...distinct, name: "devices" }, count, { ...sum, name: "requested", cap: 9 }]);
    const both = new WindowPlan([velocity, other]);
    expect(both.slots).toHaveLength(3);
    expect(both.key).toBe(new WindowPlan([velocity]).key);
    expect(both.key).toBe(new WindowPlan([other]).key);
  });

  test("so that each picks its own values, in its own order and clamped to its own cap", () => {
    const [count, sum] = velocity.features;
    if (!count || !sum) throw new Error("velocity has these");
    const other = policyOf([{ ...sum, cap: 1_000 }, count]);
    const plan = new WindowPlan([other, velocity]);
    const values = plan.slots.map((slot) => ({ count: 7, sum: 9_000, distinct: 3 })[slot.aggregate as "count"]);
    expect(plan.picker(velocity)(values)).toEqual([7, 5_000, 3]);
    expect(plan.picker(other)(values)).toEqual([1_000, 7]);
  });

  test("but not one of another length, aggregate, input or declaration", () => {
    const alone = new WindowPlan([policyOf([feature("max", 10, "rate")])]);
    const other = (features: ReturnType<typeof feature>[], declared?: Input[]) =>
      new WindowPlan([policyOf(features, declared)]).key;
    expect(other([feature("max", 11, "rate")])).not.toBe(alone.key);
    expect(other([feature("min", 10, "rate")])).not.toBe(alone.key);
    expect(other([feature("max", 10, "loan_amount")])).not.toBe(alone.key);
    for (const declared of [
      { ...rate, default: 0 },
      { ...rate, type: { kind: "number", scale: 2, min: -1_000, max: 1_000 } },
      { ...rate, type: { kind: "number", scale: 1, min: 0, max: 1_000 } },
    ] as Input[]) {
      expect(other([feature("max", 10, "rate")], [declared])).not.toBe(alone.key);
    }
    const purpose = inputs.purpose as Input;
    expect(other([feature("distinct", 10, "purpose")], [{ ...purpose, values: ["car"] }])).not.toBe(
      other([feature("distinct", 10, "purpose")], [purpose]),
    );
  });
});

test("a plan knows its longest window and what it reads; without features it has neither", () => {
  const plan = new WindowPlan([velocity]);
  expect(plan.windowMsMax).toBe(86_400_000);
  expect(plan.inputs.map(({ name }) => name)).toEqual(["device_id", "loan_amount"]);
  const none = new WindowPlan([policyOf([]), policyOf([])]);
  expect(none).toMatchObject({ windowMsMax: 0, key: "", inputs: [], slots: [] });
  expect(none.picker(policyOf([]))([])).toEqual([]);
});

test("a plan tells whether it covers a policy, and picks for no other", () => {
  const plan = new WindowPlan([velocity]);
  const longer = policyOf([feature("count", 7_200_000)]);
  expect([plan.covers(velocity), plan.covers(policyOf([])), plan.covers(longer)]).toEqual([true, true, false]);
  expect(() => plan.picker(longer)).toThrow(RangeError);
});

test("a feature that reads what its policy does not declare is a defect", () => {
  expect(() => new WindowPlan([policyOf([feature("max", 10, "rate")], [])])).toThrow(/does not declare/);
});
