import { type Box, page as pageSize } from "../report/layout.ts";
import type { Model } from "./model.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Reference = { readonly kind: string; readonly table: string; readonly name: string };
type VisualFile = {
  name: string;
  position: Box & { tabOrder: number };
  visual: { visualType: string; visualContainerObjects: { title: Json; general: Json }; objects?: Json; query?: Json };
};

const visualPath = /^definition\/pages\/([\w-]+)\/visuals\/([\w-]+)\/visual\.json$/;

/** What is wrong with a report over a model, a line each; `files` are its JSON documents by path. */
export function reportProblems(files: ReadonlyMap<string, Json>, model: Model): string[] {
  return [...fieldProblems(files, model), ...pageProblems(files), ...visualsOf(files).flatMap(visualProblems)];
}

/** Every column and measure that is named anywhere in a document: projections, filters, sorts, tooltips, formats. */
export function referencesIn(json: Json): Reference[] {
  if (json === null || typeof json !== "object") return [];
  if (Array.isArray(json)) return json.flatMap(referencesIn);
  return Object.entries(json).flatMap(([key, value]) => {
    const field = value as { Expression?: { SourceRef?: { Entity?: string } }; Property?: string } | null;
    const table = field?.Expression?.SourceRef?.Entity;
    if (table === undefined || field?.Property === undefined) return referencesIn(value);
    return [{ kind: key, table, name: field.Property }];
  });
}

function fieldProblems(files: ReadonlyMap<string, Json>, { tables, roles }: Model): string[] {
  return [...files].flatMap(([path, json]) =>
    referencesIn(json).flatMap(({ kind, table, name }) => {
      const found = tables.find((candidate) => candidate.name === table);
      const named = kind === "Measure" ? found?.measures : kind === "Column" ? found?.columns : undefined;
      const at = `${path}: ${kind} ${table}[${name}]`;
      const hiding = roles.filter(({ hidden }) =>
        hidden.some((place) => place.table === table && place.column === name),
      );
      return [
        ...(named?.some((candidate) => candidate.name === name) ? [] : [`${at} is not in the model`]),
        ...hiding.map((role) => `${at} is hidden from ${role.name}`),
      ];
    }),
  );
}

const visualsOf = (files: ReadonlyMap<string, Json>) =>
  [...files].flatMap(([path, json]) => {
    const [, page, folder] = visualPath.exec(path) ?? [];
    return page === undefined ? [] : [{ page, folder, path, file: json as unknown as VisualFile }];
  });

function pageProblems(files: ReadonlyMap<string, Json>): string[] {
  const visuals = visualsOf(files);
  const { pageOrder } = files.get("definition/pages/pages.json") as { pageOrder: string[] };
  const folders = [...files.keys()].flatMap(
    (path) => /^definition\/pages\/([\w-]+)\/page\.json$/.exec(path)?.[1] ?? [],
  );
  const order = pageOrder.toSorted().join() === folders.toSorted().join() ? [] : ["pages.json lists other pages"];
  return [
    ...order,
    ...folders.flatMap((page) => {
      const own = visuals.filter((visual) => visual.page === page).map(({ file }) => file);
      const pairs = own.flatMap((one, index) => own.slice(index + 1).map((other) => [one, other] as const));
      const overlapping = pairs.filter(([one, other]) => overlap(one.position, other.position));
      const orders = new Set(own.map(({ position }) => position.tabOrder));
      return [
        ...overlapping.map(([one, other]) => `${page}: ${one.name} lies over ${other.name}`),
        ...(orders.size === own.length ? [] : [`${page}: two visuals have one place in the tab order`]),
        ...(own.length >= 4 && own.length <= 12 ? [] : [`${page}: has ${own.length} visuals`]),
        ...(own.some(({ name }) => name === "choose_dim_time_date") ? [] : [`${page}: has no date slicer`]),
        ...(own.some(({ name }) => name === "header") ? [] : [`${page}: has no header`]),
      ];
    }),
  ];
}

const overlap = (one: Box, other: Box) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

function visualProblems({
  path,
  folder,
  file: { name, position, visual },
}: ReturnType<typeof visualsOf>[number]): string[] {
  const { title, general } = visual.visualContainerObjects;
  const inside =
    position.x >= 0 &&
    position.y >= 0 &&
    position.x + position.width <= pageSize.width &&
    position.y + position.height <= pageSize.height;
  return [
    ...(folder === name ? [] : [`${path}: is named ${name}`]),
    ...(inside ? [] : [`${path}: does not lie within the page`]),
    ...(literalsIn(title).some((value) => value.length > 2) ? [] : [`${path}: has no title`]),
    ...(literalsIn(general).some((value) => value.length > 20) ? [] : [`${path}: has no alternative text`]),
    ...(visual.visualType === "textbox" || visual.query !== undefined ? [] : [`${path}: shows no field`]),
    ...selectorProblems(path, visual),
  ];
}

/** Formats of a field that the visual does not show do nothing, silently. */
function selectorProblems(path: string, { objects = null, query = null }: VisualFile["visual"]): string[] {
  const shown = valuesOf(query, "queryRef");
  return valuesOf(objects, "metadata")
    .filter((metadata) => !shown.includes(metadata))
    .map((metadata) => `${path}: formats ${metadata}, which it does not show`);
}

const literalsIn = (json: Json) => valuesOf(json, "Value").filter((value) => value.startsWith("'"));

/** Every text under a key, at any depth. */
function valuesOf(json: Json, key: string): string[] {
  if (json === null || typeof json !== "object") return [];
  if (Array.isArray(json)) return json.flatMap((item) => valuesOf(item, key));
  return Object.entries(json).flatMap(([name, value]) =>
    name === key && typeof value === "string" ? [value] : valuesOf(value, key),
  );
}
