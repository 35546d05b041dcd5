const whitespace = /[ \t\n\r]*/y;
// RFC 8259: strings (section 7), numbers (section 6), literals (section 3).
const text = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where a text stops being JSON. */
export interface JsonError {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

/**
 * Finds the place where `source`, which JSON.parse has refused, stops being JSON. The engines' own messages differ
 * between versions and often leave the place out.
 */
export function locateJsonError(source: string): JsonError {
  const before = source.slice(0, offsetOfError(source)).split("\n");
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

type Expectation = "value" | "valueOrEnd" | "name" | "nameOrEnd" | "commaOrEnd" | "end";

/** One pass with a stack of open brackets: no recursion, so depth costs no call stack. */
function offsetOfError(source: string): number {
  const open: ("}" | "]")[] = [];
  let expected: Expectation = "value";
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at += found[0].length;
    return found !== null;
  };
  const takeChar = (char: string): boolean => {
    if (source[at] !== char) return false;
    at += 1;
    return true;
  };
  const afterValue = (): Expectation => (open.length === 0 ? "end" : "commaOrEnd");
  for (;;) {
    take(whitespace);
    if (at >= source.length || expected === "end") return at;
    const closing = open.at(-1);
    const mayClose = expected === "valueOrEnd" || expected === "nameOrEnd" || expected === "commaOrEnd";
    if (mayClose && closing && takeChar(closing)) {
      open.pop();
      expected = afterValue();
    } else if (expected === "commaOrEnd") {
      if (!takeChar(",")) return at;
      expected = closing === "}" ? "name" : "value";
    } else if (expected === "name" || expected === "nameOrEnd") {
      if (!take(text)) return at;
      take(whitespace);
      if (!takeChar(":")) return at;
      expected = "value";
    } else if (takeChar("{")) {
      open.push("}");
      expected = "nameOrEnd";
    } else if (takeChar("[")) {
      open.push("]");
      expected = "valueOrEnd";
    } else if (take(text) || take(scalar)) {
      expected = afterValue();
    } else return at;
  }
}
