import { isUnstorable } from "@scoreline/contracts";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from "yaml";
import { Decimal } from "./decimal.ts";
import { nestingMax, tooDeepAt } from "./nesting.ts";
import { Problems, type Tell } from "./problems.ts";
import { scalarOffsets } from "./scalarOffsets.ts";

/** A document is at most this long, in bytes of UTF-8. */
export const documentBytesMax = 256 * 1024;

/** A map keeps the order of its keys; `at` gives the offset in the document of a character of a scalar's text. */
export type MapTree = { kind: "map"; offset: number; entries: Map<string, { keyOffset: number; value: Tree }> };
export type ListTree = { kind: "list"; offset: number; items: Tree[] };
export type ScalarTree = {
  kind: "scalar";
  offset: number;
  text: string;
  value: ScalarValue;
  at: (index: number) => number;
};
/** A document's content with the offset of everything in it. */
export type Tree = MapTree | ListTree | ScalarTree;

/** Where the value of a key begins, or its map where it has no such key. */
export function offsetOf(tree: Tree, key: string): number {
  return (tree.kind === "map" ? tree.entries.get(key)?.value.offset : undefined) ?? tree.offset;
}

/** A number is read from its digits. `null` is an empty value, `null` or `~`. */
export type ScalarValue = string | Decimal | boolean | null;

/**
 * Reads YAML 1.2 without aliases, anchors, tags, directives and repeated keys. The tree is undefined when the text is no
 * such document; everything that is wrong with it is told.
 */
export function readDocument(yaml: string, file: string): { problems: Problems; tree: Tree | undefined } {
  const problems = new Problems(file, linesOf(yaml));
  const tell = problems.within(undefined);
  let failed = false;
  const refuse: Tell = (...problem) => {
    failed = true;
    tell(...problem);
  };
  if (new TextEncoder().encode(yaml).length > documentBytesMax) {
    refuse(
      0,
      `the document is longer than ${documentBytesMax / 1024} KiB`,
      "split the policy, or remove what it does not need",
    );
    return { problems, tree: undefined };
  }
  if (isUnstorable(yaml)) {
    const characters = Array.from(yaml);
    const before = characters.slice(0, characters.findIndex(isUnstorable)).join("").length;
    refuse(before, "the document holds U+0000 or a lone surrogate, which no store can keep", "remove it");
    return { problems, tree: undefined };
  }
  const deep = tooDeepAt(yaml);
  if (deep !== undefined) {
    refuse(deep, `the document is nested deeper than ${nestingMax}`, "write a policy as in the documentation");
    return { problems, tree: undefined };
  }
  const tree = readTree(yaml, refuse);
  return { problems, tree: failed ? undefined : tree };
}

function linesOf(yaml: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = yaml.indexOf("\n"); at !== -1; at = yaml.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function readTree(yaml: string, tell: Tell): Tree | undefined {
  // Every scalar stays text: what it means is decided by its own digits. Repeated keys are told by `treeOf`, in linear time.
  const document = parseDocument(yaml, {
    schema: "failsafe",
    version: "1.2",
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  for (const { code, message, pos } of [...document.errors, ...document.warnings].slice(0, 20)) {
    if (code === "MULTIPLE_DOCS") tell(pos[0], "the file holds more than one document", "write one policy a file");
    else if (code === "TAG_RESOLVE_FAILED") tell(pos[0], "tags are not part of a policy", "remove the tag");
    else tell(pos[0], `the YAML cannot be read: ${message.toLowerCase()}`, "correct the YAML there");
  }
  const { directives, contents } = document;
  if (directives?.yaml.explicit || Object.keys(directives?.tags ?? {}).length > 1) {
    tell(0, "directives are not part of a policy", "remove the lines that begin with %");
  }
  if (!contents) {
    tell(0, "the document is empty", "write a policy, with `policy:` and `applications:`");
    return undefined;
  }
  return treeOf(contents, yaml, tell);
}

function treeOf(node: Node | null, yaml: string, tell: Tell): Tree | undefined {
  const offset = (node as ParsedNode | null)?.range?.[0] ?? 0;
  if (node === null) return emptyAt(offset);
  if (isAlias(node)) {
    tell(offset, "aliases are not part of a policy", "write the value out");
    return undefined;
  }
  if (node.tag !== undefined) tell(offset, "tags are not part of a policy", "remove the tag");
  if ("anchor" in node && node.anchor !== undefined) {
    tell(offset, "anchors are not part of a policy", `remove &${String(node.anchor)}`);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item as Node, yaml, tell));
    return { kind: "list", offset, items: items.filter((item) => item !== undefined) };
  }
  if (isMap(node)) return mapOf(node.items as { key: Node | null; value: Node | null }[], offset, yaml, tell);
  if (!isScalar(node)) return undefined;
  const text = String(node.value);
  const { type } = node;
  let offsets: number[] | undefined;
  const at = (index: number) => {
    offsets ??= scalarOffsets(yaml, offset, text, type);
    return offsets[Math.min(index, offsets.length - 1)] ?? offset;
  };
  return { kind: "scalar", offset, text, value: type === "PLAIN" ? plainValue(text) : text, at };
}

function mapOf(pairs: { key: Node | null; value: Node | null }[], offset: number, yaml: string, tell: Tell): MapTree {
  const entries: MapTree["entries"] = new Map();
  for (const { key, value } of pairs) {
    const keyOffset = (key as ParsedNode | null)?.range?.[0] ?? offset;
    if (!isScalar(key) || key.tag !== undefined || key.anchor !== undefined) {
      tell(keyOffset, "a key is not a plain name", "write the key as a word");
      continue;
    }
    const name = String(key.value);
    if (entries.has(name)) tell(keyOffset, `the key \`${name}\` stands twice in one map`, "remove one of the two");
    const tree = value === null ? emptyAt(keyOffset) : treeOf(value, yaml, tell);
    if (tree) entries.set(name, { keyOffset, value: tree });
  }
  return { kind: "map", offset, entries };
}

function emptyAt(offset: number): ScalarTree {
  return { kind: "scalar", offset, text: "", value: null, at: () => offset };
}

function plainValue(text: string): ScalarValue {
  if (text === "" || text === "null" || text === "~") return null;
  if (text === "true") return true;
  if (text === "false") return false;
  // As JSON writes numbers: `007`, `.5` and `1e3` stay strings, which no field for a number takes.
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? (Decimal.read(text) ?? text) : text;
}
