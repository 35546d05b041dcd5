/**
 * Words of an error that can be logged. Some errors quote what they met, which may be a person's data: of these the words are
 * the name, the code and, where Postgres tells it, the constraint or column; never the message.
 */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return quotes(error) || error.name === "Error" ? messageOf(error) : `${error.name}: ${error.message}`;
}

/** As `wordsOf`, without the name of an error whose message can be told. */
export function messageOf(error: Error): string {
  if (!quotes(error)) return error.message || error.name;
  const { code } = error as { code?: unknown };
  const coded = typeof code === "string" || typeof code === "number" ? ` ${code}` : "";
  return `${error.name}${coded}${placeOf(error)}`;
}

/** As `wordsOf`, with the calls that led to the error; for a defect, whose place in the code is what mends it. */
export function stackOf(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  return [wordsOf(error), ...frames].join("\n");
}

// Every SQLSTATE has a digit (PostgreSQL manual, appendix A).
const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/;

/**
 * Classes of SQLSTATE whose messages are about a connection, a session, a schema or the server. The others' can quote a value:
 * those of data exceptions, of constraints, and what a trigger raises.
 */
const valueless = ["08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58"];

/** Errors of MongoDB's driver that are about the connection alone; a server's own quote documents. */
const mongoConnection = /^Mongo(Network|ServerSelection|Topology|Pool|NotConnected|Expired|ServerClosed|Connection)/;

/** Whether an error's message can hold a piece of what was worked on. */
function quotes(error: Error): boolean {
  const { name } = error;
  const { code } = error as { code?: unknown };
  // JSON.parse, BigInt and RegExp quote their input; a contract's errors tell of the value that was received.
  if (name === "SyntaxError" || name === "ZodError" || name === "$ZodError") return true;
  if (name.startsWith("Mongo")) return !mongoConnection.test(name);
  // `new URL` and `fetch` name the whole address.
  if (name === "TypeError" && /URL/i.test(error.message)) return true;
  if (typeof code !== "string" || !sqlState.test(code)) return false;
  return !valueless.some((prefix) => code.startsWith(prefix));
}

/** Names of the schema that Postgres gives with an error (PostgreSQL manual, 54.8); postgres.js spells them with `_name`. */
function placeOf(error: Error): string {
  const fields = error as unknown as Record<string, unknown>;
  const told = ["constraint", "table", "column"].flatMap((field) => {
    const name = fields[field] ?? fields[`${field}_name`];
    return typeof name === "string" ? [`${field} ${name}`] : [];
  });
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}
