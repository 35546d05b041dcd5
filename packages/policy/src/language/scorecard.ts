import { type ReasonCode, reasonCodes, reasons } from "@scoreline/contracts";
import { z } from "zod";
import { type Characteristic, inputMax, type NumberType, type Scorecard } from "../ir.ts";
import { type Draft, points, readBins, type Sorted } from "./bins.ts";
import type { Decimal } from "./decimal.ts";
import { offsetOf, type Tree } from "./document.ts";
import type { Problems, Tell } from "./problems.ts";
import type { Named, Scope } from "./scope.ts";
import { itemsOf, name, oneOf, read, strict } from "./shape.ts";

/** Characteristics of a scorecard at most. */
const characteristicsMax = 64;

const Shape = strict({ id: name, base: points, characteristics: z.unknown().optional() });
const CharacteristicShape = strict({
  id: name.optional(),
  input: name,
  reason: oneOf(reasonCodes as [ReasonCode, ...ReasonCode[]]).optional(),
  bins: z.unknown().optional(),
});

/** A characteristic whose points are not scaled yet. */
type Drafted = Omit<Characteristic, "bins"> & { readonly drafts: readonly Draft[] };

/** The name of a scorecard's total, and where it stands, so that clauses that name it are not told twice. */
export function scorecardName(tree: Tree | undefined): { name: string; offset: number } | undefined {
  const id = tree?.kind === "map" ? tree.entries.get("id")?.value : undefined;
  return id?.kind === "scalar" ? { name: id.text, offset: id.offset } : undefined;
}

/** The scorecard of a policy; undefined, with its problems told, when it is not whole. */
export function readScorecard(tree: Tree, scope: Scope, problems: Problems): Scorecard | undefined {
  const label = `scorecard ${scorecardName(tree)?.name ?? ""}`.trim();
  const tell = problems.within(label);
  const shape = read(tree, Shape, tell);
  const list = tree.kind === "map" ? tree.entries.get("characteristics")?.value : undefined;
  if (!list || (list.kind === "list" && list.items.length === 0)) {
    if (shape) tell(tree.offset, "the scorecard has no characteristics", "list them under `characteristics`");
    return undefined;
  }
  const ids = new Set<string>();
  const items = itemsOf(list, "characteristics", characteristicsMax, tell);
  const drafted = items.map((item) =>
    characteristicOf(item, scope, ids, problems.within(`${label} ${nameOf(item)}`.trim())),
  );
  if (!shape || drafted.includes(undefined)) return undefined;
  const card = scaled(shape.id, shape.base, drafted as Drafted[]);
  if (!card) tell(tree.offset, "the total has more than 15 digits", "lower the points");
  return card;
}

function nameOf(item: Tree): string {
  const of = (key: string) => (item.kind === "map" ? item.entries.get(key)?.value : undefined);
  const written = of("id") ?? of("input");
  return written?.kind === "scalar" ? written.text.slice(0, 63) : "";
}

function characteristicOf(item: Tree, scope: Scope, ids: Set<string>, tell: Tell): Drafted | undefined {
  const shape = read(item, CharacteristicShape, tell);
  if (!shape) return undefined;
  const { input, reason } = shape;
  const id = shape.id ?? input;
  if (ids.has(id))
    tell(item.offset, `the characteristic \`${id}\` stands twice`, "give one of them an `id` of its own");
  ids.add(id);
  if (reason && reasons[reason].internal) {
    tell(offsetOf(item, "reason"), `${reason} is internal: a customer has no wording of it`, "take another code");
  }
  const named = scope.find(input);
  const bins = item.kind === "map" ? item.entries.get("bins")?.value : undefined;
  if (!bins) tell(item.offset, "bins is missing", "list the bins with their points");
  const sorted = sortedOf(input, named, scope, offsetOf(item, "input"), tell);
  if (!sorted || !bins) return undefined;
  const drafts = readBins(bins, sorted, tell);
  if (!drafts) return undefined;
  const kind = named?.kind === "feature" ? "feature" : "input";
  return { id, source: { kind, name: input, type: sorted.type }, drafts, ...(reason && { reason }) };
}

/** What a characteristic sorts, when a scorecard may read it. */
function sortedOf(
  input: string,
  named: Named | undefined,
  scope: Scope,
  offset: number,
  tell: Tell,
): Sorted | undefined {
  if (named?.kind === "feature") return { type: named.feature.type, optional: false };
  if (named?.kind === "input" && input !== "applicant_age") return named.input;
  if (named?.kind === "broken") return undefined;
  if (named?.kind === "input") {
    const message =
      "an applicant's age gives no points (ECOA, 15 U.S.C. 1691(a)(1); Regulation B, 12 CFR 1002.6(b)(2))";
    tell(offset, message, "remove the characteristic");
  } else if (named?.kind === "refused") tell(offset, `\`${input}\` ${named.message}`, named.fix);
  else {
    const { message, fix } = scope.unknown(input);
    tell(offset, message, fix);
  }
  return undefined;
}

/** All points at the scale of the finest; undefined when a sum of some of them could have more than 15 digits. */
function scaled(id: string, base: Decimal, drafted: readonly Drafted[]): Scorecard | undefined {
  const written = [base, ...drafted.flatMap(({ drafts }) => drafts.map((draft) => draft.points))];
  const scale = Math.max(...written.map((value) => value.scale));
  const at = (value: Decimal) => value.scaledBy(scale) ?? 0n;
  let [min, max, reach] = [at(base), at(base), magnitude(at(base))];
  for (const { drafts } of drafted) {
    const sorted = drafts.map((draft) => at(draft.points)).sort(ascending);
    min += sorted[0] ?? 0n;
    max += sorted.at(-1) ?? 0n;
    reach += sorted.map(magnitude).sort(ascending).at(-1) ?? 0n;
  }
  if (reach > inputMax) return undefined;
  const type: NumberType = { kind: "number", scale, min: Number(min), max: Number(max) };
  const characteristics = drafted.map(({ drafts, ...characteristic }) => ({
    ...characteristic,
    bins: drafts.map((draft) => ({ ...draft.fit, points: Number(at(draft.points)) })),
  }));
  return { name: id, base: Number(at(base)), type, characteristics };
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
