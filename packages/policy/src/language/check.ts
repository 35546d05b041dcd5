import { riskLevels } from "@scoreline/contracts";
import { z } from "zod";
import type { CheckedPolicy, Feature, Input } from "../ir.ts";
import { leavesMax, PolicyTooLarge } from "../reasons/formula.ts";
import { planReasons } from "../reasons/planReasons.ts";
import { readApproval, readFraud, readRisk, type Section } from "./clauses.ts";
import { readDocument, type Tree } from "./document.ts";
import { readFeatures } from "./features.ts";
import {
  applicationFields,
  applicationRefusals,
  reservedNames,
  transactionFields,
  transactionRefusals,
} from "./fields.ts";
import { readInputs } from "./inputs.ts";
import type { PolicyProblem, Problems, Tell } from "./problems.ts";
import type { Refusal } from "./prohibited.ts";
import { readReasonRules } from "./reasonRules.ts";
import { type Named, Scope } from "./scope.ts";
import { readScorecard, scorecardName } from "./scorecard.ts";
import { name, read, strict } from "./shape.ts";

const Document = strict({
  policy: z.string({ error: "is not a name; write one such as consumer-loans" }).regex(/^[a-z][a-z0-9-]{0,62}$/, {
    error: "is not a name; write lower-case letters, digits and -, at most 63, beginning with a letter",
  }),
  inputs: z.unknown().optional(),
  scorecard: z.unknown().optional(),
  reasons: z.unknown().optional(),
  applications: z.unknown().optional(),
  transactions: z.unknown().optional(),
});
const Applications = strict({
  features: z.unknown().optional(),
  fraud: z.unknown().optional(),
  risk: z.unknown().optional(),
  approval: z.unknown().optional(),
});
const Transactions = strict({ features: z.unknown().optional(), fraud: z.unknown().optional() });

/**
 * Checks a policy document. Gives the policy that both engines are compiled from, or every problem found in it, in the
 * order of the document; never throws. `file` is the name by which problems call the document.
 */
export function checkPolicy(
  yaml: string,
  file: string,
): { ok: true; policy: CheckedPolicy } | { ok: false; problems: PolicyProblem[] } {
  const { problems, tree } = readDocument(yaml, file);
  const policy = tree && policyOf(tree, problems);
  const found = problems.all;
  return policy && found.length === 0 ? { ok: true, policy } : { ok: false, problems: found };
}

function policyOf(tree: Tree, problems: Problems): CheckedPolicy | undefined {
  const document = read(tree, Document, problems.within(undefined));
  if (tree.kind !== "map") return undefined;
  const part = (key: string) => tree.entries.get(key)?.value;
  const applications = part("applications");
  if (!applications)
    problems.within(undefined)(tree.offset, "applications is missing", "add it, with `risk` and `approval`");

  const names = new Names();
  const card = part("scorecard");
  const cardName = card && declaredCard(card, names, problems);
  const declare = names.declare.bind(names);
  const inputs = readInputs(part("inputs"), problems, declare);
  const applicationsScope = new Scope([
    ...inputsOf(applicationFields, applicationRefusals),
    ...[...inputs].map(([key, input]) => [key, named(input && { kind: "input", input })] as const),
    ...derivedRefusals,
  ]);
  const features = readFeatures(section(applications, "features"), "feature", applicationsScope, problems, declare);
  const withFeatures = applicationsScope.with(featuresOf(features));
  const scorecard = card && readScorecard(card, withFeatures, problems);
  const scope = cardName
    ? withFeatures.with([[cardName, named(scorecard && { kind: "points", type: scorecard.type })]])
    : withFeatures;
  const reasons = readReasonRules(part("reasons"), scope, problems);
  const clauses = readClauses(applications, scope, problems);
  const transactions = readTransactions(part("transactions"), [...inputs.keys()], problems, declare);
  if (!document) return undefined;
  const policy = {
    name: document.policy,
    inputs: namedInputs([...applicationFields, ...inputs.values()], scope),
    features: whole(features),
    ...(scorecard && { scorecard }),
    reasons,
    ...clauses,
    transactions,
  };
  if (problems.all.length === 0) checkReasons(policy, section(applications, "approval"), problems);
  return policy;
}

/** A clause can be short and still come to more tests than its reasons are read from. */
function checkReasons(policy: CheckedPolicy, approval: Tree | undefined, problems: Problems): void {
  try {
    planReasons(policy);
  } catch (error) {
    if (!(error instanceof PolicyTooLarge)) throw error;
    const index = policy.approval.findIndex(({ id }) => id === error.clause);
    const offset = approval?.kind === "list" ? (approval.items[index]?.offset ?? approval.offset) : 0;
    const message = `its tests come to more than ${leavesMax} once is_fraud and risk_level are spelled out`;
    problems.within(`approval clause ${error.clause}`)(offset, message, "split it, or join fraud or risk clauses");
  }
}

/** The names that a policy gives: each once, and none that is something already. */
class Names {
  readonly #taken = new Set<string>();

  declare(given: string, offset: number, tell: Tell): boolean {
    const fix = "give it a name of its own";
    if (!name.safeParse(given).success) {
      tell(offset, `\`${given}\` is no name`, "write a lower_snake_case name of at most 63 characters");
    } else if (reservedNames.has(given)) {
      tell(offset, `\`${given}\` is a name of the contract or the language already`, fix);
    } else if (this.#taken.has(given)) tell(offset, `\`${given}\` is declared before`, fix);
    else {
      this.#taken.add(given);
      return true;
    }
    return false;
  }
}

function declaredCard(card: Tree, names: Names, problems: Problems): string | undefined {
  const given = scorecardName(card);
  // A card without an id is told with its shape.
  if (!given) return undefined;
  return names.declare(given.name, given.offset, problems.within(`scorecard ${given.name}`)) ? given.name : undefined;
}

function section(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "map" ? tree.entries.get(key)?.value : undefined;
}

function named(meaning: Named | undefined): Named {
  return meaning ?? { kind: "broken" };
}

function inputsOf(fields: readonly Input[], refusals: ReadonlyMap<string, Refusal>): [string, Named][] {
  return [
    ...fields.map((input): [string, Named] => [input.name, { kind: "input", input }]),
    ...[...refusals].map(([key, refusal]): [string, Named] => [key, { kind: "refused", ...refusal }]),
  ];
}

function featuresOf(features: ReadonlyMap<string, Feature | undefined>): [string, Named][] {
  return [...features].map(([key, feature]) => [key, named(feature && { kind: "feature", feature })]);
}

const approvalOnly: Named = {
  kind: "refused",
  message: "is what these clauses decide: only approval clauses may name it",
  fix: "name the inputs themselves, or write an approval clause",
};
const derivedRefusals: readonly [string, Named][] = [
  ["is_fraud", approvalOnly],
  ["risk_level", approvalOnly],
];
const derived: readonly [string, Named][] = [
  ["is_fraud", { kind: "derived", type: { kind: "boolean" } }],
  ["risk_level", { kind: "derived", type: { kind: "string" }, values: riskLevels }],
];

function readClauses(tree: Tree | undefined, scope: Scope, problems: Problems) {
  const tell = problems.within("applications");
  if (tree) read(tree, Applications, tell);
  if (tree?.kind === "map") {
    for (const key of ["risk", "approval"]) {
      if (!tree.entries.has(key))
        tell(tree.offset, `${key} is missing`, `add ${key}, whose last clause has no \`when\``);
    }
  }
  const common: Section = { problems, scope, ids: new Set() };
  return {
    fraud: readFraud(section(tree, "fraud"), "fraud", common),
    risk: readRisk(section(tree, "risk"), common),
    approval: readApproval(section(tree, "approval"), { ...common, scope: scope.with(derived) }),
  };
}

function readTransactions(
  tree: Tree | undefined,
  attributes: readonly string[],
  problems: Problems,
  declare: (name: string, offset: number, tell: Tell) => boolean,
): CheckedPolicy["transactions"] {
  if (tree) read(tree, Transactions, problems.within("transactions"));
  const refusal: Refusal = {
    message: "is an attribute of applications: a transaction has none",
    fix: "name its own fields",
  };
  const scope = new Scope([
    ...attributes.map((key): [string, Named] => [key, { kind: "refused", ...refusal }]),
    ...inputsOf(transactionFields, transactionRefusals),
  ]);
  const features = readFeatures(section(tree, "features"), "transaction feature", scope, problems, declare);
  const clauses: Section = { problems, scope: scope.with(featuresOf(features)), ids: new Set() };
  const fraud = readFraud(section(tree, "fraud"), "transaction fraud", clauses);
  return { inputs: namedInputs(transactionFields, scope), features: whole(features), fraud };
}

function whole(features: ReadonlyMap<string, Feature | undefined>): Feature[] {
  return [...features.values()].filter((feature) => feature !== undefined);
}

function namedInputs(inputs: readonly (Input | undefined)[], scope: Scope): Input[] {
  return inputs.filter((input) => input !== undefined).filter((input) => scope.isNamed(input.name));
}
