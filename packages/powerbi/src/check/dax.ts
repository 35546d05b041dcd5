import { unquoted } from "./tmdl.ts";

/** What a DAX expression names: `'table'[column]`, or `[measure]` where no table is named. */
export type Reference = { readonly table?: string; readonly name: string };

/** The functions, constants and keywords of DAX that this model uses; a name beyond them is most likely misspelt. */
const vocabulary = new Set([
  ...["AVERAGE", "BLANK", "CALCULATE", "COALESCE", "CONCATENATEX", "CONTAINS", "COUNTROWS", "DATESBETWEEN", "DIVIDE"],
  ...["DISTINCTCOUNT", "EDATE", "EOMONTH", "FALSE", "HASONEVALUE", "IF", "ISBLANK", "MAX", "MIN", "NOT"],
  ...["REMOVEFILTERS", "SUM", "SWITCH", "TOPN", "TRUE", "USERELATIONSHIP", "USERPRINCIPALNAME", "UTCNOW", "VALUES"],
  ...["VAR", "RETURN", "ASC", "DESC"],
]);

// Texts and comments first, so that brackets within them are none of ours.
const token =
  /"(?:[^"]|"")*"|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<table>'(?:[^']|'')+'|[A-Za-z_][\w.]*)?\[(?<name>[^\]]+)\]|(?<word>'(?:[^']|'')+'|[A-Za-z_][\w.]*)/g;

/** The columns and measures that an expression names, and its bare words: functions, variables and tables. */
export function tokensOf(expression: string): { references: Reference[]; words: string[] } {
  const references: Reference[] = [];
  const words: string[] = [];
  for (const { groups } of expression.matchAll(token)) {
    if (groups?.name !== undefined) {
      const table = groups.table === undefined ? {} : { table: unquoted(groups.table) };
      references.push({ ...table, name: groups.name });
    } else if (groups?.word !== undefined) words.push(unquoted(groups.word));
  }
  return { references, words };
}

/** What an expression has that is no DAX: words that mean nothing, brackets that do not close. `tables` are the model's. */
export function daxFaults(expression: string, tables: readonly string[]): string[] {
  const variables = [...expression.matchAll(/\bVAR\s+(\w+)\s*=/g)].map(([, name]) => name);
  const known = (word: string) => vocabulary.has(word) || tables.includes(word) || variables.includes(word);
  const code = expression.replaceAll(/"(?:[^"]|"")*"/g, "");
  const open = code.split("(").length - code.split(")").length;
  return [
    ...tokensOf(expression)
      .words.filter((word) => !known(word))
      .map((word) => `has ${word}, which means nothing`),
    ...(open === 0 ? [] : [`has ${Math.abs(open)} brackets too ${open > 0 ? "many" : "few"} opened`]),
    ...(/\S\s*\/(?![/*])/.test(code) ? ["divides without DIVIDE"] : []),
  ];
}
