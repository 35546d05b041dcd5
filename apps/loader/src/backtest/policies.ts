import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type CheckedPolicy, checkPolicy, compilerVersion, formatProblem, type Windowed } from "@scoreline/policy";
import type { Client } from "pg";
import { verify } from "../policyModels.ts";
import { UsageError } from "../usage.ts";

/** One side of a backtest: a policy, and the hash of its document. */
export type Side = { policy: CheckedPolicy; sha256: string };

/** The candidate. Its problems are told as lint tells them; then throws `UsageError`. */
export async function readCandidate(file: string, onProblem: (text: string) => void): Promise<Side> {
  const yaml = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(`${file} cannot be read: ${error.message}`, { cause: error });
  });
  const checked = checkPolicy(yaml, file);
  if (checked.ok) return { policy: checked.policy, sha256: createHash("sha256").update(yaml, "utf8").digest("hex") };
  for (const problem of checked.problems) onProblem(formatProblem(problem));
  const count = checked.problems.length;
  throw new UsageError(`${file} has ${count} ${count === 1 ? "problem" : "problems"}; nothing was run`);
}

/**
 * A published version, as the warehouse holds it. Throws `UsageError` where it holds none of that name, and
 * `PolicyUnusable` where its document is not the one that was published.
 */
export async function readVersion(warehouse: Client, version: string): Promise<Side> {
  const { rows } = await warehouse.query<{
    version: string;
    yaml: string;
    sha256: string;
    compiler_version: number;
  }>("select version, yaml, sha256, compiler_version from raw.policies order by effective_from_ms");
  const published = rows.find((row) => row.version === version);
  if (!published) {
    const known = rows.map((row) => row.version).join(", ") || "none";
    throw new UsageError(
      `the warehouse holds no policy ${version}; it holds ${known} (\`scoreline warehouse\` brings what was published since)`,
    );
  }
  verify(published);
  const checked = checkPolicy(published.yaml, version);
  if (checked.ok) return { policy: checked.policy, sha256: published.sha256 };
  throw new Error(
    `${version} does not compile with compiler ${compilerVersion}: ${checked.problems.map(formatProblem).join("; ")}`,
  );
}

/** How long before an event its windows begin, in milliseconds; 0 without windows. */
export function windowMsMaxOf(sides: readonly Windowed[]): number {
  return Math.max(0, ...sides.flatMap(({ features }) => features.map(({ windowMs }) => windowMs)));
}

/**
 * A policy that raises one fraud rule for each input of `policy` that an application can lack and does lack, named as the
 * input: so what counts as missing is what the engine counts. Undefined where an application can lack none.
 */
export function missingInputsPolicy({ name, inputs }: CheckedPolicy): CheckedPolicy | undefined {
  const lackable = inputs.filter((input) => input.optional || input.default !== undefined);
  if (lackable.length === 0) return undefined;
  return {
    name,
    inputs: lackable.map(({ default: _, ...input }) => ({ ...input, optional: true })),
    features: [],
    reasons: {},
    fraud: lackable.map((input) => ({
      id: input.name,
      when: { kind: "not", operand: { kind: "has", name: input.name } },
      reason: "missing",
    })),
    risk: [{ id: "risk", level: "Low" }],
    approval: [{ id: "approval", status: "Approved" }],
    transactions: { inputs: [], features: [], fraud: [] },
  };
}
