import { expressionOf, type Field, projectionOf } from "./field.ts";
import type { Box } from "./layout.ts";
import { flag, format, text } from "./literal.ts";

const schema =
  "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/visualContainer/2.4.0/schema.json";

type Formats = Record<string, object[]>;

/** A visual of a page, before it has its place in the page's order. */
export type Visual = {
  /** Its folder's name, unique on the page. */
  readonly name: string;
  readonly type: string;
  readonly title: string;
  /** What a reader who does not see it is told. */
  readonly alt: string;
  readonly box: Box;
  /** The fields by the role in which the visual takes them. */
  readonly roles?: Record<string, readonly Field[]>;
  readonly sort?: { readonly by: Field; readonly direction: "Ascending" | "Descending" };
  readonly formats?: Formats;
  readonly container?: Formats;
  /** Slicers of one group follow each other over the pages. */
  readonly syncGroup?: string;
};

/** A visual as its `visual.json`. `order` is where it comes when the page is walked by keyboard, from 0. */
export function visualJson(visual: Visual, order: number): object {
  const query = queryOf(visual);
  return {
    $schema: schema,
    name: visual.name,
    position: { ...visual.box, z: order * 1000, tabOrder: order * 1000 },
    visual: {
      visualType: visual.type,
      ...(query === undefined ? {} : { query }),
      ...(visual.formats === undefined ? {} : { objects: visual.formats }),
      visualContainerObjects: {
        title: [format({ show: flag(visual.type !== "textbox"), text: text(visual.title) })],
        general: [format({ altText: text(visual.alt) })],
        ...visual.container,
      },
      ...(visual.syncGroup === undefined
        ? {}
        : { syncGroup: { groupName: visual.syncGroup, fieldChanges: true, filterChanges: true } }),
      drillFilterOtherVisuals: true,
    },
  };
}

function queryOf({ roles, sort }: Visual): object | undefined {
  if (roles === undefined) return undefined;
  const states = Object.entries(roles).map(([role, taken]) => [role, { projections: taken.map(projectionOf) }]);
  return {
    queryState: Object.fromEntries(states),
    ...(sort === undefined
      ? {}
      : { sortDefinition: { sort: [{ field: expressionOf(sort.by), direction: sort.direction }] } }),
  };
}
