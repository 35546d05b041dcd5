import { wordsOf } from "@scoreline/telemetry";

/** What mends a database that does not fit, by SQLSTATE or its class (PostgreSQL manual, appendix A). */
const fixes: readonly [prefix: string, fix: string][] = [
  ["42501", "grant the scorer's role what it needs"],
  ["42", "creditdb's schema is not this version's; `scoreline init` migrates it"],
  ["3F", "creditdb's schema is not this version's; `scoreline init` migrates it"],
  ["3D", "make the database, then `scoreline init`"],
  ["28", "see to the user and password in CREDITDB_URL"],
  ["23", "creditdb refuses what no record is to blame for; see to its constraints"],
  ["XX", "see to the server: its own log says more"],
];

/** Why a partition stopped, in words that may be logged: the error's own, its SQLSTATE and what mends it. */
export function stopReason(error: unknown): string {
  const words = wordsOf(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return words;
  const fix = fixes.find(([prefix]) => code.startsWith(prefix))?.[1];
  return `${words} (SQLSTATE ${code})${fix ? `: ${fix}` : ""}`;
}
