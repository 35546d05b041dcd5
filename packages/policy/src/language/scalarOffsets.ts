/**
 * The offset in the source of every character of a YAML scalar's text, by walking both side by side: quotes, escapes,
 * folded line breaks and indentation are in the source only.
 */
export function scalarOffsets(source: string, start: number, text: string, type: string | null | undefined): number[] {
  const offsets: number[] = [];
  let at = firstCharacter(source, start, type);
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    // An escaped line break is nothing of the text.
    while (type === "QUOTE_DOUBLE" && /^\\\r?\n/.test(source.slice(at, at + 3))) at = source.indexOf("\n", at) + 1;
    const escaped = type === "QUOTE_DOUBLE" ? escapeLength(source, at) : 0;
    if (escaped > 0) {
      offsets.push(at);
      // Beyond U+FFFF one escape is two characters of the text.
      if ((text.codePointAt(index) ?? 0) > 0xffff) offsets.push(at);
      index = offsets.length - 1;
      at += escaped;
      continue;
    }
    // A folded line break is a space of the text; what else the text lacks is indentation, or the second of two quotes.
    while (at < source.length && source[at] !== character && !foldsTo(source, at, character)) at += 1;
    offsets.push(at);
    at += 1;
  }
  return offsets;
}

function firstCharacter(source: string, start: number, type: string | null | undefined): number {
  if (type === "QUOTE_SINGLE" || type === "QUOTE_DOUBLE") return start + 1;
  if (type !== "BLOCK_FOLDED" && type !== "BLOCK_LITERAL") return start;
  const line = source.indexOf("\n", start);
  return line === -1 ? start : line + 1;
}

function foldsTo(source: string, at: number, character: string): boolean {
  return character === " " && (source[at] === "\n" || source[at] === "\r");
}

/** Characters of the escape at `at` (YAML 1.2.2, 5.7 Escaped Characters); 0 when there is none. */
function escapeLength(source: string, at: number): number {
  if (source[at] !== "\\") return 0;
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ""] ?? 0;
  return 2 + digits;
}
