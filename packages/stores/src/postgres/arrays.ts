import type { PostgresType } from "postgres";

// pg_type.dat of PostgreSQL: the oids of built-in types never change.
const textArray = 1009;
const integerArray = 1007;
const bigintArray = 1016;

/**
 * The array types that the schemas use. The driver would ask the server for all of them on each new connection, and a
 * connection that is cut at that moment ends the process by a rejection which nobody can handle (postgres.js 3.4.9).
 */
export const arrayTypes = {
  textArray: arrayOf(textArray, (text) => text),
  integerArray: arrayOf(integerArray, Number),
  bigintArray: arrayOf(bigintArray, BigInt),
};

function arrayOf<Element>(oid: number, read: (text: string) => Element): PostgresType<(Element | null)[]> {
  return {
    to: oid,
    from: [oid],
    serialize: (elements: (Element | null)[]) => `{${elements.map(quote).join(",")}}`,
    parse: (literal: string) => elementsOf(literal).map((text) => (text === null ? null : read(text))),
  };
}

function quote(element: unknown): string {
  return element === null ? "NULL" : `"${String(element).replace(/["\\]/g, "\\$&")}"`;
}

/** The elements of a one-dimensional array literal (PostgreSQL manual, 8.15.6): quoted with backslashes, or plain. */
function elementsOf(literal: string): (string | null)[] {
  const elements = literal.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^",]+/gs);
  return [...elements].map(([plain, quoted]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
    return plain === "NULL" ? null : plain;
  });
}
