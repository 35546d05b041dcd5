/** The records of a CSV by RFC 4180, without empty lines; undefined when a quoted field does not end or goes on behind its quote. */
export function parseCsv(text: string): string[][] | undefined {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const records: string[][] = [];
  let record: string[] = [];
  field.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  for (;;) {
    const match = field.exec(text);
    if (!match) return undefined;
    const [, quoted, bare = "", end] = match;
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (record.some((value) => value !== "")) records.push(record);
    record = [];
    if (field.lastIndex >= text.length) return records;
  }
}
