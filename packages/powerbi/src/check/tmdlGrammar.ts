/** What may stand within an object of TMDL. */
export type ObjectRule = {
  readonly properties: readonly string[];
  readonly objects: Readonly<Record<string, ObjectRule>>;
};

const rule = (properties: string[], objects: Record<string, ObjectRule> = {}): ObjectRule => ({ properties, objects });

const annotation = rule([]);
const column = rule([
  "dataType",
  "isHidden",
  "isKey",
  "formatString",
  "dataCategory",
  "displayFolder",
  "summarizeBy",
  "sourceColumn",
  "sortByColumn",
]);

/** The part of TMDL that this model uses, of what the Tabular Object Model has at compatibility level 1600. */
export const grammar = {
  root: rule([], {
    database: rule(["compatibilityLevel"]),
    model: rule(["culture", "defaultPowerBIDataSourceVersion", "discourageImplicitMeasures", "sourceQueryCulture"]),
    annotation,
    ref: rule([]),
    expression: rule([], { annotation }),
    cultureInfo: rule([], { linguisticMetadata: rule(["contentType"]) }),
    relationship: rule(["isActive", "fromColumn", "toColumn"]),
    role: rule(["modelPermission"], { tablePermission: rule([], { columnPermission: rule([]) }) }),
    table: rule(["dataCategory", "isHidden"], {
      measure: rule(["formatString", "displayFolder", "isHidden"]),
      column,
      hierarchy: rule([], { level: rule(["column"]) }),
      partition: rule(["mode", "source"]),
    }),
  }),
};
