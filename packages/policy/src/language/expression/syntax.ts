import { parse } from "@bufbuild/cel";
import type { Tell } from "../problems.ts";

/** Characters of an expression at most. */
export const expressionLengthMax = 2000;

/** Brackets within brackets, and parts of an expression within parts, at most. */
export const depthMax = 32;

/** Parts of an expression at most. */
export const nodesMax = 500;

/** A part of an expression as CEL's parser gives it. */
export type Node = ReturnType<typeof parse>["expr"];

/** An expression with the index in its text of each of its parts. */
export type Syntax = { readonly text: string; readonly root: Node; readonly indexOf: (node: Node) => number };

/**
 * Parses CEL. The parser recurses with the brackets and makes doubles of decimals, so bracket depth is bounded before
 * and literals are read from `text` after it. `tell` gets indexes in the text.
 */
export function parseExpression(text: string, tell: Tell): Syntax | undefined {
  if (text.length > expressionLengthMax) {
    tell(0, `the expression is longer than ${expressionLengthMax} characters`, "split it into several clauses");
    return undefined;
  }
  if (text.trim() === "") {
    tell(0, "the expression is empty", "write a condition such as credit_score >= 600");
    return undefined;
  }
  if (!isBounded(text, tell)) return undefined;
  try {
    const { expr, sourceInfo } = parse(text);
    const indexOf = (node: Node) => skipSpace(text, sourceInfo?.positions[String(node.id)] ?? 0);
    return { text, root: expr, indexOf };
  } catch (error) {
    const at = skipSpace(text, errorOffset(error) ?? 0);
    tell(at, ...diagnosis(text, at));
    return undefined;
  }
}

function skipSpace(text: string, index: number): number {
  let at = index;
  while (at < text.length - 1 && /\s/.test(text[at] ?? "")) at += 1;
  return at;
}

function errorOffset(error: unknown): number | undefined {
  const { location } = error as { location?: { start?: { offset?: number } } };
  return location?.start?.offset;
}

/** Strings that end, without escapes, and brackets that close, not too deep. */
function isBounded(text: string, tell: Tell): boolean {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1);
      const backslash = text.slice(at, end).indexOf("\\");
      if (backslash !== -1) {
        tell(
          at + backslash,
          "escapes are not part of the language",
          "write the characters themselves, without a backslash",
        );
        return false;
      }
      if (end === -1) {
        tell(at, "the string does not end", `close it with ${character}`);
        return false;
      }
      at = end;
    } else if ("([{".includes(character)) open.push(at);
    else if (")]}".includes(character) && open.pop() === undefined) {
      tell(at, `\`${character}\` closes nothing`, "remove it, or open it before");
      return false;
    }
    // Every conditional nests the rest of the expression, as a bracket does.
    if (open.length + countBefore(text, at) > depthMax) {
      tell(at, `the expression is nested deeper than ${depthMax}`, "split it into several clauses");
      return false;
    }
  }
  const last = open.pop();
  if (last === undefined) return true;
  tell(last, `\`${text[last]}\` is not closed`, "close it");
  return false;
}

function countBefore(text: string, at: number): number {
  return text[at] === "?" ? text.slice(0, at).split("?").length : 0;
}

const slips: readonly [RegExp, string, string][] = [
  [/^(=>|=<)/, "the comparison is written the wrong way round", "write >= or <="],
  [/^=(?!=)/, "`=` is not a comparison", "write =="],
  [/^<>/, "`<>` is not a comparison here", "write !="],
  [/^&(?!&)/, "`&` is not an operator", "write &&"],
  [/^\|(?!\|)/, "`|` is not an operator", "write ||"],
  [/^and\b/i, "`and` is not an operator here", "write &&"],
  [/^or\b/i, "`or` is not an operator here", "write ||"],
  [/^is\b/i, "`is` is not an operator here", "write == or has()"],
  [/^(#|\/\/)/, "comments are not part of an expression", "write the comment in the YAML"],
  [/^,/, "a comma stands between the values of a list only", "write numbers without separators: 15000"],
  [/^_/, "a number has no separators", "write 15000"],
];

/** What is wrong where the parser stopped, in the words of whoever wrote it. */
function diagnosis(text: string, at: number): [string, string] {
  const rest = text.slice(at);
  // The parser stops before an operator whose right side it cannot read: the slip is behind it.
  const operator = /^(&&|\|\||==|!=|<=|>=|[<>+*!-])\s*/.exec(rest)?.[0] ?? "";
  const behind = rest.slice(operator.length);
  // `not x` reads as a name that another follows.
  if (/\bnot\s*$/i.test(text.slice(0, at))) return ["`not` is not an operator here", "write !"];
  for (const [form, message, fix] of slips) {
    if (form.test(rest)) return [message, fix];
  }
  if (operator !== "" && behind === "")
    return [`nothing stands behind \`${operator.trim()}\``, "write what it works on"];
  const shown = rest.length > 30 ? `${rest.slice(0, 30)}…` : rest;
  return [`the expression cannot be read from \`${shown}\` on`, "see that each operator stands between two operands"];
}
