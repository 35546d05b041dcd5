import { type Feature, formatScaled, type Input, type PolicyFacts, readInput } from "@scoreline/policy";

/** One input as the policy read it; `value` is undefined where it was missing, and `unfit` says why though it was sent. */
export type ExplainedInput = { name: string; value: string | undefined; unfit?: string };

/** A window as recorded, in major units. */
export type ExplainedFeature = { name: string; value: number };

/** What an event gave for each input, as text. */
export function readInputs(inputs: readonly Input[], facts: PolicyFacts): ExplainedInput[] {
  return inputs.map((input) => {
    const read = readInput(input, facts);
    const isNumber = typeof read === "number" && input.type.kind === "number";
    const value = isNumber ? formatScaled(read, input.type.scale) : read === undefined ? undefined : String(read);
    return { name: input.name, value };
  });
}

/** The recorded windows in the policy's order, then those that it does not know. */
export function recordedFeatures(
  declared: readonly Feature[],
  recorded: Readonly<Record<string, number>>,
): ExplainedFeature[] {
  const names = [...declared.map(({ name }) => name), ...Object.keys(recorded)];
  return [...new Set(names)].flatMap((name) => {
    const value = recorded[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The declared windows as recorded, scaled, in the policy's order; NaN where one is not recorded. */
export function recordedWindows(declared: readonly Feature[], recorded: Readonly<Record<string, number>>): number[] {
  return declared.map(({ name, type }) => Math.round((recorded[name] ?? Number.NaN) * 10 ** type.scale));
}
