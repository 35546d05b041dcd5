import { unquoted } from "./tmdl.ts";

/** What a DAX expression names: `'table'[column]`, or `[measure]` where no table is named. */
export type Reference = { readonly table?: string; readonly name: string };

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
