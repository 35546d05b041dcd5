import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Home, loadHome } from "@scoreline/stack";

/** A stack's home in a temporary folder. */
export function temporaryHome(name: string): Home {
  const folder = mkdtempSync(join(tmpdir(), `scoreline-${name}-`));
  // Under root, Postgres runs as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  return loadHome(folder);
}
