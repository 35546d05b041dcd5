import { DefaultSettings, TaskUtils } from "@microsoft/powerquery-parser";
import { expect, test } from "vitest";
import { type Model, modelOf } from "./check/model.ts";
import { textsUnder } from "./check/project.ts";
import { modelFolder } from "./folders.ts";

const model = modelOf(textsUnder(modelFolder, ".tmdl"));

/** Each Power Query of the model: its parameters and functions, and where every table comes from. */
const queriesOf = ({ expressions, tables }: Model) => [
  ...expressions,
  ...tables.map(({ name, source }) => ({ name, expression: source })),
];

/** What Microsoft's own parser of Power Query says of a query; nothing where it reads it. */
async function faultOf(query: string): Promise<string | undefined> {
  const task = await TaskUtils.tryLexParse(DefaultSettings, query);
  return TaskUtils.isError(task) ? task.error.message : undefined;
}

test.each(queriesOf(model))("the query $name is Power Query", async ({ expression }) => {
  expect(await faultOf(expression)).toBeUndefined();
});

test("a query that is none is seen", async () => {
  const query = queriesOf(model).find(({ name }) => name === "dim_risk")?.expression ?? "";
  expect(query).toContain("{[Schema");
  for (const broken of [query.replace("in\n", ""), query.replace("[Data],", "[Data]"), query.replace("{[", "{")]) {
    expect(await faultOf(broken)).toEqual(expect.any(String));
  }
});
