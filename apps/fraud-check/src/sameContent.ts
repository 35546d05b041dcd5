import { type Application, toWire } from "@scoreline/contracts";

/** Whether two applications say the same in every field of their canonical form. A group without fields says nothing. */
export function sameContent(one: Application, other: Application): boolean {
  return canonicalText(one) === canonicalText(other);
}

/** An application in one spelling: equal texts say the same. */
export function canonicalText(application: Application): string {
  return JSON.stringify(toWire(application), (_, value: unknown) => (isGroup(value) ? inOrder(value) : value));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields by name: jsonb keeps its own order (PostgreSQL manual, 8.14). */
function inOrder(group: Record<string, unknown>): Record<string, unknown> {
  const said = Object.entries(group).filter(([, value]) => !isGroup(value) || Object.keys(value).length > 0);
  return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)));
}
