import { readFileSync } from "node:fs";
import { bench, describe } from "vitest";
import { Engine } from "../src/engine/engine.ts";
import { checked } from "../test/support.ts";
import { decideByHand } from "./byHand.ts";

/*
 * Decisions each second on one core, reasons included: a round of a bench is 1,000 decisions, so that the clock's own
 * cost is not counted, and its `hz` are thousands of decisions each second.
 */

const perRound = 1_000;

/** Applications on both sides of every threshold, in no order that a processor could predict. */
const applications = Array.from({ length: 1 << 16 }, (_, index) => ({
  application_id: String(index),
  user_id: String(index % 5_000),
  timestamp_ms: 0,
  credit_score: 300 + ((index * 7_919) % 551),
  loan_amount_minor: 1 + ((index * 104_729) % 4_000_000),
  attributes: { dti: ((index * 31) % 1_000) / 10, purpose: index % 3 === 0 ? "car" : "house" },
}));
const windows = applications.map((_, index) => [
  1 + (index % 6),
  (index * 7_919) % 8_000_000,
  (index * 104_729) % 4_000_000,
  1 + (index % 5),
]);
const none: readonly number[] = [];

function shipped(name: string): Engine {
  return new Engine(checked(readFileSync(new URL(`../policies/${name}.yaml`, import.meta.url), "utf8")), `${name}@1`);
}

const standard = shipped("default");
const velocity = shipped("velocity");
const points = new Engine(checked(readFileSync(new URL("./scorecard.yaml", import.meta.url), "utf8")), "points@1");

/** A round of a bench; the sum that it keeps stops the decisions from being optimised away. */
function round(decide: (index: number) => number): () => void {
  let at = 0;
  let kept = 0;
  return () => {
    for (let done = 0; done < perRound; done++) {
      kept += decide(at);
      at = (at + 1) % applications.length;
    }
    if (kept < 0) throw new Error("a count is never negative");
  };
}

/** A round over the applications and their windows. */
function deciding(each: (application: (typeof applications)[number], windows: readonly number[]) => number) {
  return round((at) => each(applications[at] as (typeof applications)[number], windows[at] as number[]));
}

describe(`${perRound} decisions with reason codes and literals`, () => {
  bench(
    "the default policy's rules written by hand",
    deciding((application) => decideByHand(application).reasons.length),
  );
  bench(
    "default policy",
    deciding((application) => standard.decide(application, none).reasons.length),
  );
  bench(
    "velocity policy",
    deciding((application, each) => velocity.decide(application, each).reasons.length),
  );
  bench(
    "policy with a scorecard",
    deciding((application) => points.decide(application, none).reasons.length),
  );
});

describe(`${perRound} decisions, each that has reasons explained`, () => {
  const explaining = (engine: Engine) =>
    deciding((application, each) => {
      const given = engine.policy.features.length > 0 ? each : none;
      return engine.explain(application, given, engine.decide(application, given)).length;
    });
  bench("default policy", explaining(standard));
  bench("velocity policy", explaining(velocity));
  bench("policy with a scorecard", explaining(points));
});
