import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** Every file under a folder whose name ends so, as text, by its path within the folder. */
export function textsUnder(folder: string, ...endings: string[]): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  // A file such as `.platform` is all name and no extension.
  const wanted = files.filter((file) => endings.includes(extname(file) || (file.split("/").at(-1) ?? "")));
  return new Map(wanted.toSorted().map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}
