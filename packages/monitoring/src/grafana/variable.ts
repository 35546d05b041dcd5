import {
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dataSources } from "./query.ts";

/** A choice above a dashboard, several at once; all at first. */
export type Variable =
  | { datasource: "prometheus"; name: string; label: string; metric: string; of: string }
  | { datasource: "warehouse"; name: string; label: string; sql: string };

export function variableOf(variable: Variable): VariableModel {
  const { name, label, datasource } = variable;
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSources[datasource])
    .query(questionOf(variable))
    .definition(questionOf(variable))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ["All"], value: ["$__all"] });
  // Of the marts, all are written out: a value that was not chosen must not come in.
  if (datasource === "prometheus") builder.allValue(".*");
  return builder.build();
}

/** What the data source is asked for the choices. */
export function questionOf(variable: Variable): string {
  return variable.datasource === "prometheus" ? `label_values(${variable.metric}, ${variable.of})` : variable.sql;
}
