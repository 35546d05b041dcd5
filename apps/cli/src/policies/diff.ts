import type { CheckedPolicy } from "@scoreline/policy";
import { describePolicy, type Item, type Section } from "./describe.ts";

/** One difference between two policies. `before`: the item that an added one stands before, where the order matters. */
export type Difference = { section: string } & (
  | { kind: "added"; id: string; text: string; before?: string }
  | { kind: "removed"; id: string; text: string }
  | { kind: "changed"; id: string; from: string; to: string }
  | { kind: "reordered"; from: string[]; to: string[] }
);

/** What `to` says otherwise than `from`; empty when both mean the same, whatever their layout and comments. */
export function diffPolicies(from: CheckedPolicy, to: CheckedPolicy): Difference[] {
  const after = describePolicy(to);
  return describePolicy(from).flatMap((section, index) => diffSections(section, after[index] as Section));
}

function diffSections(from: Section, to: Section): Difference[] {
  const section = from.name;
  const [before, after] = [byId(from.items), byId(to.items)];
  const removed = from.items.filter(({ id }) => !after.has(id));
  const kept = to.items.filter(({ id }) => before.has(id));
  const differences: Difference[] = removed.map(({ id, text }) => ({ section, kind: "removed", id, text }));
  for (const [index, { id, text }] of to.items.entries()) {
    const earlier = before.get(id);
    if (earlier === undefined) {
      const next = to.ordered ? to.items.slice(index + 1).find((item) => before.has(item.id)) : undefined;
      differences.push({ section, kind: "added", id, text, ...(next ? { before: next.id } : {}) });
    } else if (earlier !== text) differences.push({ section, kind: "changed", id, from: earlier, to: text });
  }
  const places = {
    from: from.items.filter(({ id }) => after.has(id)).map(({ id }) => id),
    to: kept.map(({ id }) => id),
  };
  const moved = to.ordered && places.from.some((id, index) => id !== places.to[index]);
  return moved ? [...differences, { section, kind: "reordered", ...places }] : differences;
}

function byId(items: Item[]): Map<string, string> {
  return new Map(items.map(({ id, text }) => [id, text]));
}

/** The differences for a person, by section; one line says so when there are none. */
export function formatDifferences(differences: Difference[]): string {
  if (differences.length === 0) return "No difference: both decide the same.";
  const sections = [...new Set(differences.map(({ section }) => section))];
  return sections
    .map((name) => [name, ...differences.filter(({ section }) => section === name).map(formatDifference)].join("\n"))
    .join("\n");
}

function formatDifference(difference: Difference): string {
  switch (difference.kind) {
    case "added":
      return `  + ${difference.id}: ${difference.text}${difference.before ? `  [before ${difference.before}]` : ""}`;
    case "removed":
      return `  - ${difference.id}: ${difference.text}`;
    case "changed":
      return `  ~ ${difference.id}\n      from  ${difference.from}\n      to    ${difference.to}`;
    case "reordered":
      return `  ~ order\n      from  ${difference.from.join(", ")}\n      to    ${difference.to.join(", ")}`;
  }
}
