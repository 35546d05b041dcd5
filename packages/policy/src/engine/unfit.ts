import { attributesOf, inputReader, type PolicyFacts } from "../inputs.ts";
import type { Input } from "../ir.ts";
import { formatScaled } from "../language/decimal.ts";

/** An attribute that was sent and counted as missing: `why` completes a sentence that begins with its name. */
export type Unfit = { input: string; value: unknown; why: string };

/** The attributes of an application that do not fit their declaration. One that is absent is none of them. */
export function unfitAttributes(inputs: readonly Input[], facts: PolicyFacts): Unfit[] {
  return inputs.flatMap((declared) => {
    const { default: _, ...input } = declared;
    const value = input.origin === "attribute" ? attributesOf(facts)?.[input.name] : undefined;
    if (value === undefined || value === null || inputReader(input)(facts) !== undefined) return [];
    return [{ input: input.name, value, why: whyUnfit(input, value) }];
  });
}

function whyUnfit({ type, values }: Input, value: unknown): string {
  if (typeof value !== type.kind) return `is a ${typeof value}; the policy reads a ${type.kind}`;
  if (type.kind !== "number") return `is not one of ${values?.join(", ")}`;
  const { scale, min, max } = type;
  const scaled = (value as number) * 10 ** scale;
  if (scaled < min || scaled > max) return `is not from ${formatScaled(min, scale)} to ${formatScaled(max, scale)}`;
  return scale === 0 ? "is not whole" : `has more than ${scale} decimals`;
}
