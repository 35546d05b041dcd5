import type { Change, Counterfactual, ReasonDetail } from "@scoreline/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applications, conjunctions } from "../../test/conjunctions.ts";
import { changed, clauseProbe, onRandomPolicies, type Windowed } from "../../test/events.ts";
import type { CheckedPolicy, NumberType } from "../ir.ts";
import { namesOf, walk } from "../reasons/expression.ts";
import { Engine } from "./engine.ts";

/** Whether the clause comes out the other way after some changes, by the engine, to no worse status and not by fraud. */
type Turns = (changes: readonly Change[]) => boolean;

function turnsOf(engine: Engine, clause: string, event: Windowed): Turns {
  const holds = clauseProbe(engine.policy, clause);
  const { windows } = event;
  const before = { holds: holds(event), decision: engine.decide(event.application, windows) };
  return (changes) => {
    const application = changed(event.application, changes);
    const { isFraud, policyStatus } = engine.decide(application, windows);
    if (isFraud && !before.decision.isFraud) return false;
    if (ranks.indexOf(policyStatus) < ranks.indexOf(before.decision.policyStatus)) return false;
    return holds({ application, windows }) !== before.holds;
  };
}

const ranks = ["Rejected", "Under Review", "Approved"];

function typeOf(policy: CheckedPolicy, name: string): NumberType {
  return policy.inputs.find((input) => input.name === name)?.type as NumberType;
}

/** Values of an input nearer to where it is than `to`: all of them, or where they are many those at either end and some between. */
function nearer(policy: CheckedPolicy, { input, from, to }: Change): number[] {
  const { scale, min, max } = typeOf(policy, input);
  const [start, end] = [from, to].map((value) => Math.round(Number(value) * 10 ** scale)) as [number, number];
  const distance = Math.abs(end - start);
  const every = Math.max(1, Math.floor(distance / 100));
  const steps = Array.from({ length: distance - 1 < 400 ? distance - 1 : 0 }, (_, index) => index + 1);
  const some = Array.from({ length: 40 }, (_, index) => [index + 1, distance - 1 - index, every * (index + 1)]).flat();
  return (distance - 1 < 400 ? steps : some)
    .filter((step) => step >= 1 && step < distance)
    .flatMap((step) => [start + step, start - step])
    .filter((value) => value >= min && value <= max)
    .map((value) => value / 10 ** scale);
}

/** The changes of all proper subsets, the empty one left out. */
function properSubsets(changes: readonly Change[]): Change[][] {
  return Array.from({ length: 2 ** changes.length - 2 }, (_, index) =>
    changes.filter((_change, bit) => ((index + 1) >> bit) & 1),
  );
}

function expectLeast(policy: CheckedPolicy, { kind, changes }: Counterfactual, turns: Turns): void {
  expect(turns(changes)).toBe(true);
  if (kind === "set") {
    for (const subset of properSubsets(changes)) expect(turns(subset)).toBe(false);
    return;
  }
  const [change] = changes as [Change];
  expect(changes).toHaveLength(1);
  for (const to of nearer(policy, change)) expect([to, turns([{ ...change, to }])]).toEqual([to, false]);
}

/** Whether anything in a policy multiplies an input by what may hold it too. */
function multiplies(policy: CheckedPolicy, name: string): boolean {
  const whens = [...policy.fraud, ...policy.risk, ...policy.approval].flatMap(({ when }) => when ?? []);
  let found = false;
  for (const when of whens) {
    walk(when, (part) => {
      if (part.kind !== "arithmetic" || part.operator !== "*") return;
      found ||= [part.left, part.right].every((side) => namesOf(side).includes(name));
    });
  }
  return found;
}

/** A number that is compared and has few values, so that all of them can be tried. */
function exhaustible(policy: CheckedPolicy, detail: ReasonDetail): string | undefined {
  const name = Object.keys(detail.values).find((key) => typeOf(policy, key)?.kind === "number");
  if (!name || detail.values[name] === null || / in \[/.test(detail.test)) return undefined;
  // A number times itself is not searched.
  if (multiplies(policy, name)) return undefined;
  const { min, max } = typeOf(policy, name);
  return max - min <= 1_000 ? name : undefined;
}

type Found = { single: number; set: number; none: number; exhausted: number };

/** Tries the explanation of one decision against the engine. */
function check(policy: CheckedPolicy, event: Windowed, found: Found): void {
  const engine = new Engine(policy, "random@1");
  const decision = engine.decide(event.application, event.windows);
  const details = engine.explain(event.application, event.windows, decision);
  expect(details.map(({ literal }) => literal)).toEqual(decision.reasonLiterals);
  if (details.length > 0) expect([...new Set(details.map(({ code }) => code))]).toEqual(decision.reasons);
  const isOpen = !decision.isFraud;
  for (const detail of details) {
    const turns = turnsOf(engine, detail.clause, event);
    const { counterfactual } = detail;
    found[counterfactual?.kind ?? "none"] += 1;
    if (counterfactual) expectLeast(policy, counterfactual, turns);
    const input = exhaustible(policy, detail);
    if (!isOpen || !input || counterfactual?.kind === "single") continue;
    expect([detail.test, turningValues(policy, input, turns)]).toEqual([detail.test, []]);
    found.exhausted += 1;
  }
}

function turningValues(policy: CheckedPolicy, input: string, turns: Turns): number[] {
  const { scale, min, max } = typeOf(policy, input);
  const values = Array.from({ length: max - min + 1 }, (_, step) => (min + step) / 10 ** scale);
  return values.filter((to) => turns([{ input, from: null, to }]));
}

describe("every counterfactual turns its clause, nothing less does, and where there is no single one none would do", () => {
  test("on random policies at the values where they turn", { timeout: 120_000 }, () => {
    const found = { single: 0, set: 0, none: 0, exhausted: 0 };
    onRandomPolicies({ policies: 100, applicationsEach: 15 }, (policy, events) => {
      for (const event of events) check(policy, event, found);
    });
    expect(found.single).toBeGreaterThan(100);
    expect(found.none).toBeGreaterThan(50);
  });

  test("on approvals that have several conditions, scorecards among them", { timeout: 120_000 }, () => {
    const found = { single: 0, set: 0, none: 0, exhausted: 0 };
    fc.assert(
      fc.property(conjunctions, fc.array(applications, { minLength: 5, maxLength: 5 }), (policy, each) => {
        for (const application of each) check(policy, { application, windows: [] }, found);
      }),
      { numRuns: 120 },
    );
    expect(found.single).toBeGreaterThan(50);
    expect(found.set).toBeGreaterThan(50);
    expect(found.exhausted).toBeGreaterThan(50);
  });
});
