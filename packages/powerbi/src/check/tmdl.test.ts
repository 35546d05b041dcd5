import { describe, expect, test } from "vitest";
import { tokensOf } from "./dax.ts";
import { parseTmdl } from "./tmdl.ts";

const table = [
  "/// A row a thing.",
  "table thing",
  "",
  "\t/// How many.",
  "\tmeasure 'How many' =",
  "\t\t\tVAR Least = 1",
  "\t\t\tRETURN",
  "\t\t\t\tCOUNTROWS(thing)",
  "\t\tformatString: #,0",
  "",
  "\tcolumn 'the key'",
  "\t\tdataType: int64",
  "\t\tisHidden",
  "",
  "\tpartition thing = m",
  "\t\tmode: import",
  "\t\tsource =",
  "\t\t\t\tlet",
  "\t\t\t\t\tRows = 1",
  "\t\t\t\tin",
  "\t\t\t\t\tRows",
];
const parse = (lines: string[]) => parseTmdl(lines.join("\n"), "thing.tmdl");
const replaced = (line: string, by: string) => table.map((each) => (each === line ? by : each));

describe("TMDL", () => {
  test("is read with its descriptions, properties, flags and expressions", () => {
    const [thing] = parse(table);
    expect(thing).toMatchObject({ keyword: "table", name: "thing", description: "A row a thing." });
    const [measure, column, partition] = thing?.children ?? [];
    expect(measure).toMatchObject({
      name: "How many",
      description: "How many.",
      expression: "VAR Least = 1\nRETURN\n\tCOUNTROWS(thing)",
      properties: { formatString: "#,0" },
    });
    expect(column).toMatchObject({ name: "the key", properties: { dataType: "int64", isHidden: "true" } });
    expect(partition).toMatchObject({
      expression: "m",
      properties: { mode: "import", source: "let\n\tRows = 1\nin\n\tRows" },
    });
  });

  test.each([
    [
      "a property that it does not know",
      replaced("\t\tisHidden", "\t\tisHiden"),
      "thing.tmdl:13: column has no isHiden",
    ],
    [
      "an object that it does not know",
      replaced("\tcolumn 'the key'", "\tcolum x"),
      "thing.tmdl:11: table has no colum",
    ],
    [
      "an object that is indented too far",
      replaced("\tcolumn 'the key'", "\t\tcolumn x"),
      "thing.tmdl:11: measure has no column",
    ],
    [
      "a jump of the indentation",
      replaced("\t\tdataType: int64", "\t\t\tdataType: int64"),
      "thing.tmdl:12: is indented too far",
    ],
    ["a property twice", replaced("\t\tisHidden", "\t\tdataType: string"), "thing.tmdl:13: dataType stands here twice"],
    ["blanks for tabs", replaced("\t\tisHidden", "        isHidden"), "thing.tmdl:13: is indented by blanks"],
    ["a description of nothing", [...table, "/// Nothing."], "thing.tmdl: a description of nothing"],
  ])("with %s is refused at its place", (_, lines, problem) => {
    expect(() => parse(lines)).toThrow(problem);
  });
});

test("what a DAX expression names is told from its texts and comments", () => {
  const expression = `CALCULATE([Applications], 'a table'[col umn] = "[no measure]") -- [nor this]\n+ SUM(fact[x]) // [y]`;
  expect(tokensOf(expression)).toEqual({
    references: [{ name: "Applications" }, { table: "a table", name: "col umn" }, { table: "fact", name: "x" }],
    words: ["CALCULATE", "SUM"],
  });
});
