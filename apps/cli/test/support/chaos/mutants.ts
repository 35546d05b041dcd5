// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source text.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@scoreline/stack";

/** A slip in the scorer's commit: in `file` of the checkout, `find` (which stands there once) becomes `replace`. */
export type Mutant = { readonly file: string; readonly find: string; readonly replace: string };

export const mutants = {
  "the fence is removed": {
    file: "packages/stores/src/postgres/committer.ts",
    find: "return `select advance_stream_offset(${pg.escapeLiteral(topic)}, ${partition}, ${epoch}, ${nextOffset}, ${next}, ${maxTMs})`;",
    replace:
      "return `update stream_offsets set next_offset = ${next}, max_t_ms = ${maxTMs}, updated_at = now() " +
      "where topic = ${pg.escapeLiteral(topic)} and partition = ${partition} and ${epoch} + ${nextOffset} >= 0`;",
  },
  "a batch is projected before it is committed": {
    file: "apps/scorer/src/partition.ts",
    find: "const { subject, sql, commit, seen, project, observer, trail } = deps;",
    replace:
      "const { subject, sql, seen, project, observer, trail } = deps;\n" +
      "    const commit: typeof deps.commit = async (at, settlement, copies) => {\n" +
      "      await project(at, settlement as never);\n" +
      "      await deps.commit(at, settlement, copies);\n" +
      "    };",
  },
} as const satisfies Record<string, Mutant>;

/** What the scorer is made of. */
const parts = ["apps/scorer", ...readdirSync(join(repositoryRoot, "packages")).map((name) => `packages/${name}`)];

/**
 * A copy of the scorer and the packages with a slip in it, for `startTestScorer`'s `root`. Throws where the slip does not
 * apply. `remove` deletes it.
 */
export function mutatedCheckout({ file, find, replace }: Mutant): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), "scoreline-mutant-"));
  for (const part of parts) {
    cpSync(join(repositoryRoot, part), join(root, part), { recursive: true });
  }
  // Packages of others are the repository's; ours are those of the copy.
  const [modules, own] = ["node_modules", "node_modules/@scoreline"].map((path) => join(root, path)) as [
    string,
    string,
  ];
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(join(repositoryRoot, "node_modules"))) {
    if (name !== "@scoreline") symlinkSync(join(repositoryRoot, "node_modules", name), join(modules, name));
  }
  for (const part of parts) symlinkSync(join(root, part), join(own, part.split("/").at(-1) ?? part));
  const source = readFileSync(join(root, file), "utf8");
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold this exactly once: ${find}`);
  writeFileSync(
    join(root, file),
    source.replace(find, () => replace),
  );
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
