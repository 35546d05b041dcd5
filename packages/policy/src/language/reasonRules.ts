import { type ReasonCode, reasonCodes, reasons } from "@scoreline/contracts";
import type { ReasonRule } from "../ir.ts";
import { offsetOf, type Tree } from "./document.ts";
import type { Problems } from "./problems.ts";
import type { Scope } from "./scope.ts";
import { entriesOf, integer, oneOf, read, strict } from "./shape.ts";

/** Names with a reason code, at most: every input, feature and field could have one. */
const rulesMax = 200;

/** The largest weight. */
const weightMax = 1_000_000;

const Shape = strict({
  code: oneOf(reasonCodes as [ReasonCode, ...ReasonCode[]]).optional(),
  weight: integer(0, weightMax).optional(),
});

/** How reasons are coded and ranked, by name; a weight that is left out is 0. */
export function readReasonRules(tree: Tree | undefined, scope: Scope, problems: Problems): Record<string, ReasonRule> {
  const rules: Record<string, ReasonRule> = {};
  const tell = problems.within("reasons");
  for (const { key, keyOffset, value } of entriesOf(tree, "reasons", rulesMax, tell)) {
    const named = scope.peek(key);
    const refusal = named?.kind === "refused" ? { ...named, message: `\`${key}\` ${named.message}` } : undefined;
    const { message, fix } = refusal ?? scope.unknown(key);
    if (!named || refusal) tell(keyOffset, message, fix);
    const shape = read(value, Shape, tell);
    if (!shape) continue;
    const { code, weight } = shape;
    if (code === undefined && weight === undefined)
      tell(value.offset, `\`${key}\` has neither code nor weight`, "add one");
    if (code && reasons[code].internal) {
      tell(offsetOf(value, "code"), `${code} is internal: a customer has no wording of it`, "take another code");
    }
    rules[key] = { ...(code && { code }), weight: weight ?? 0 };
  }
  return rules;
}
