import { grammar, type ObjectRule } from "./tmdlGrammar.ts";

/** An object of a TMDL document: `column time_id` with its properties and what is within it. */
export type TmdlObject = {
  readonly keyword: string;
  readonly name: string;
  readonly description: string;
  /** What stands behind `=`: a measure's DAX, a partition's type, a permission. */
  readonly expression: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly children: readonly TmdlObject[];
  readonly line: number;
};

type Line = { readonly text: string; readonly depth: number; readonly number: number };
type Open = { -readonly [Key in keyof TmdlObject]: TmdlObject[Key] } & {
  properties: Record<string, string>;
  children: Open[];
  depth: number;
  rule: ObjectRule;
};

/**
 * The objects of a TMDL document. Knows the part of the language that this model uses and refuses the rest: an unknown
 * object or property, a property twice, a wrong indentation. Throws with the file and the line.
 */
export function parseTmdl(text: string, file: string): TmdlObject[] {
  const lines = linesOf(text, file);
  const root: Open = openObject("", "", "", { number: 0, depth: -1, text: "" }, grammar.root);
  const path: Open[] = [root];
  let description: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    if (line.text === "") continue;
    const fail = (problem: string) => new Error(`${file}:${line.number}: ${problem}`);
    if (line.text.startsWith("///")) {
      description.push(line.text.slice(3).trim());
      continue;
    }
    while ((path.at(-1) as Open).depth >= line.depth) path.pop();
    const parent = path.at(-1) as Open;
    if (line.depth !== parent.depth + 1) throw fail("is indented too far");
    const { head, expression, taken } = headOf(lines, index);
    index += taken;
    const property = propertyOf(head, parent.rule);
    if (property !== undefined) {
      if (description.length > 0) throw fail("a property has no description");
      if (property.name in parent.properties) throw fail(`${property.name} stands here twice`);
      parent.properties[property.name] = expression === "" ? property.value : expression;
      continue;
    }
    const { keyword, name } = objectOf(head);
    const rule = parent.rule.objects[keyword];
    if (rule === undefined) throw fail(`${parent.keyword || "a document"} has no ${keyword}`);
    const opened = openObject(keyword, name, expression, line, rule);
    opened.description = description.join(" ");
    description = [];
    parent.children.push(opened);
    path.push(opened);
  }
  if (description.length > 0) throw new Error(`${file}: a description of nothing`);
  return root.children;
}

function openObject(keyword: string, name: string, expression: string, line: Line, rule: ObjectRule): Open {
  const { number, depth } = line;
  return { keyword, name, description: "", expression, properties: {}, children: [], line: number, depth, rule };
}

function linesOf(text: string, file: string): Line[] {
  return text.split("\n").map((raw, index) => {
    const indentation = /^\t*/.exec(raw)?.[0].length ?? 0;
    const content = raw.slice(indentation).trimEnd();
    if (raw.startsWith(" ")) throw new Error(`${file}:${index + 1}: is indented by blanks`);
    return { text: content, depth: indentation, number: index + 1 };
  });
}

/** A line's head, and the expression behind its `=`: on the line, or in the lines below it that stand two deeper. */
function headOf(lines: Line[], index: number): { head: string; expression: string; taken: number } {
  const line = lines[index] as Line;
  const [, head = line.text, rest] = /^((?:'(?:[^']|'')*'|[^'=])*?)\s*=\s*(.*)$/.exec(line.text) ?? [];
  if (rest === undefined || rest !== "") return { head, expression: rest ?? "", taken: 0 };
  const deepest = lines.slice(index + 1).findIndex(({ text, depth }) => text !== "" && depth < line.depth + 2);
  const block = deepest === -1 ? lines.slice(index + 1) : lines.slice(index + 1, index + 1 + deepest);
  const expression = block.map(({ text, depth }) => "\t".repeat(Math.max(0, depth - line.depth - 2)) + text);
  return { head, expression: expression.join("\n").trim(), taken: block.length };
}

function propertyOf(head: string, rule: ObjectRule): { name: string; value: string } | undefined {
  const [, name = "", value] = /^(\w+)(?::\s*(.*))?$/.exec(head) ?? [];
  if (!rule.properties.includes(name)) return undefined;
  return { name, value: value ?? "true" };
}

function objectOf(head: string): { keyword: string; name: string } {
  const [, keyword = head, name = ""] = /^(\w+)\s+(.*)$/.exec(head) ?? [];
  return { keyword, name: unquoted(name) };
}

/** A name without the quotes that TMDL and DAX put around it. */
export const unquoted = (name: string) => (/^'.*'$/.test(name) ? name.slice(1, -1).replaceAll("''", "'") : name);
