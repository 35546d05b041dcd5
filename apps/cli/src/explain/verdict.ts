import { isDeepStrictEqual } from "node:util";

/** Whether what was recorded would come out the same today. */
export type Verdict = {
  verdict: "same" | "policy changed" | "data changed";
  /** Why it is not the same, a sentence each. */
  findings: string[];
};

/** With another policy it is no wonder that it comes out otherwise, so that is said first. */
export function verdictOf(policyChanges: readonly string[], dataChanges: readonly string[]): Verdict {
  return {
    verdict: policyChanges.length > 0 ? "policy changed" : dataChanges.length > 0 ? "data changed" : "same",
    findings: [...policyChanges, ...dataChanges],
  };
}

/** What comes out otherwise than it was recorded, as a sentence; nothing where it is the same. */
export function changed(name: string, recorded: unknown, now: unknown, how = "it comes out as"): string[] {
  if (isDeepStrictEqual(recorded, now)) return [];
  return [`${name} is recorded as ${JSON.stringify(recorded) ?? "none"}; ${how} ${JSON.stringify(now) ?? "none"}`];
}

type Features = Readonly<Record<string, number>>;

/** The windows that the recorded rows give otherwise, a sentence each. */
export function changedFeatures(recorded: Features, now: Features): string[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(now)]);
  return [...names].flatMap((name) => changed(name, recorded[name], now[name], "the recorded rows give"));
}

/** The declared windows that are not recorded, a sentence each. */
export function missingFeatures(declared: readonly { name: string }[], recorded: Features): string[] {
  return declared.filter(({ name }) => recorded[name] === undefined).map(({ name }) => `${name} is not recorded`);
}
