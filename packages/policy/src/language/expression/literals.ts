import { isUnstorable } from "@scoreline/contracts";
import { Decimal } from "../decimal.ts";
import type { Refusal } from "../prohibited.ts";
import type { Node, Syntax } from "./syntax.ts";

/** What a literal is, as its own characters say. */
export type Literal =
  | { readonly kind: "number"; readonly value: Decimal }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean };

const numberRefusal: Refusal = {
  message: "a number is written with digits and a point only",
  fix: "write it out, such as 15000 or 0.25",
};

/**
 * Reads a literal from the text and compares it with what the parser made of it: where the two differ, as in hexadecimal
 * numbers, exponents or escapes, it is refused.
 */
export function readLiteral(node: Node, { text, indexOf }: Syntax): Literal | Refusal {
  const { exprKind } = node;
  if (exprKind.case !== "constExpr") return numberRefusal;
  const { constantKind } = exprKind.value;
  const rest = text.slice(indexOf(node));
  switch (constantKind.case) {
    case "int64Value":
    case "doubleValue": {
      const digits = /^-?[\w.]+/.exec(rest)?.[0] ?? "";
      const value = Decimal.read(digits);
      const agrees =
        constantKind.case === "int64Value"
          ? isInteger(value, constantKind.value)
          : Number(digits) === constantKind.value;
      return value && agrees ? { kind: "number", value } : numberRefusal;
    }
    case "boolValue":
      return { kind: "boolean", value: constantKind.value };
    case "stringValue":
      return stringOf(rest, constantKind.value);
    case "nullValue":
      return { message: "`null` is not a value here", fix: "write !has(name) for what is missing" };
    default:
      return constantKind.case === "uint64Value"
        ? numberRefusal
        : { message: "bytes are not part of the language", fix: "write a string: 'text'" };
  }
}

function isInteger(value: Decimal | undefined, parsed: bigint): boolean {
  return value?.scale === 0 && value.unscaled === parsed;
}

function stringOf(rest: string, parsed: string): Literal | Refusal {
  const quote = rest[0] ?? "";
  const value = rest.slice(1, rest.indexOf(quote, 1));
  if (value !== parsed || isUnstorable(value)) {
    return { message: "a string stands in one pair of quotes, without prefix", fix: "write 'text'" };
  }
  return { kind: "string", value };
}
