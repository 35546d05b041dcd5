import { page as size } from "./layout.ts";
import { theme, themeName } from "./theme.ts";
import { type Visual, visualJson } from "./visual.ts";

const schemas = "https://developer.microsoft.com/json-schemas/fabric/item/report";
const themeFile = `${themeName}.json`;

/** A page of the report; the visuals in the order in which a keyboard walks them. */
export type Page = { readonly name: string; readonly title: string; readonly visuals: readonly Visual[] };

/** The whole `Scoreline.Report` folder but for its `.platform`: content by path, each a JSON document. */
export function reportFiles(pages: readonly Page[]): Map<string, object> {
  return new Map([
    ["definition.pbir", definition],
    [`StaticResources/RegisteredResources/${themeFile}`, theme],
    [
      "definition/version.json",
      { $schema: `${schemas}/definition/versionMetadata/1.0.0/schema.json`, version: "2.0.0" },
    ],
    ["definition/report.json", report],
    ["definition/pages/pages.json", pageOrder(pages)],
    ...pages.flatMap(pageFiles),
  ]);
}

const definition = {
  $schema: `${schemas}/definitionProperties/2.0.0/schema.json`,
  version: "4.0",
  datasetReference: { byPath: { path: "../Scoreline.SemanticModel" } },
};

const themeVersion = { visual: "2.4.0", page: "2.0.0", report: "3.0.0" };

const report = {
  $schema: `${schemas}/definition/report/3.0.0/schema.json`,
  themeCollection: {
    baseTheme: { name: "CY24SU10", reportVersionAtImport: themeVersion, type: "SharedResources" },
    customTheme: { name: themeFile, reportVersionAtImport: themeVersion, type: "RegisteredResources" },
  },
  resourcePackages: [
    {
      name: "RegisteredResources",
      type: "RegisteredResources",
      items: [{ name: themeFile, path: themeFile, type: "CustomTheme" }],
    },
  ],
  settings: {
    useStylableVisualContainerHeader: true,
    exportDataMode: "AllowSummarized",
    defaultDrillFilterOtherVisuals: true,
    useEnhancedTooltips: true,
  },
};

const pageOrder = (pages: readonly Page[]) => ({
  $schema: `${schemas}/definition/pagesMetadata/1.0.0/schema.json`,
  pageOrder: pages.map(({ name }) => name),
  activePageName: pages[0]?.name,
});

function pageFiles({ name, title, visuals }: Page): [string, object][] {
  const folder = `definition/pages/${name}`;
  const json = {
    $schema: `${schemas}/definition/page/2.0.0/schema.json`,
    name,
    displayName: title,
    displayOption: "FitToPage",
    ...size,
  };
  return [
    [`${folder}/page.json`, json],
    ...visuals.map((visual, order): [string, object] => [
      `${folder}/visuals/${visual.name}/visual.json`,
      visualJson(visual, order),
    ]),
  ];
}
