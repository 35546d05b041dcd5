import { CST, Lexer } from "yaml";

/** Collections within collections at most; a policy needs 7. */
export const nestingMax = 64;

const opening = new Set(["flow-map-start", "flow-seq-start"]);
const closing = new Set(["flow-map-end", "flow-seq-end"]);
const blockIndicators = new Set(["seq-item-ind", "explicit-key-ind", "map-value-ind"]);
/** Characters that the lexer adds to the source's own: begin and end of a document, of flow, and of a scalar. */
const added = new Set(["doc-mode", "flow-error-end", "scalar"]);

/**
 * The offset at which a source nests deeper than `nestingMax`; undefined when it does not. Asked before the parser,
 * which recurses and, at the end of its stack, can take the process down. Counts each block collection by its column
 * and may come out at half the true depth.
 */
export function tooDeepAt(yaml: string): number | undefined {
  let offset = 0;
  let line = { start: 0, first: undefined as number | undefined, indicators: 0 };
  let flow = 0;
  const columns: number[] = [];
  for (const token of new Lexer().lex(yaml)) {
    const type = CST.tokenType(token) ?? "";
    if (type === "newline") line = { start: offset + token.length, first: undefined, indicators: 0 };
    else if (type !== "space") line.first ??= offset - line.start;
    if (opening.has(type)) flow += 1;
    if (closing.has(type)) flow = Math.max(flow - 1, 0);
    if (blockIndicators.has(type) && flow === 0) {
      // The colon of a line's first key belongs to where the key begins.
      const column = line.indicators === 0 ? (line.first ?? 0) : offset - line.start;
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
      line.indicators += 1;
    }
    if (columns.length + flow > nestingMax) return offset;
    if (!added.has(type)) offset += token.length;
  }
  return undefined;
}
