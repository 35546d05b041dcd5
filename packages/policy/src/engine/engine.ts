import type { ApprovalStatus, ReasonCode, ReasonDetail, RiskLevel } from "@scoreline/contracts";
import type { PolicyException } from "../catalogue.ts";
import type { ApplicationFacts } from "../inputs.ts";
import type { ApprovalClause, CheckedPolicy, RiskClause } from "../ir.ts";
import { planReasons } from "../reasons/planReasons.ts";
import { compileTest } from "./compile.ts";
import type { ExplainedFacts } from "./describe.ts";
import { Explainer } from "./explain.ts";
import { type Frame, inputFiller, Layout, type Test } from "./frame.ts";
import { type Reason, Reasoning } from "./reasoning.ts";
import { type CompiledScorecard, compileScorecard } from "./scorecard.ts";
import { type Unfit, unfitAttributes } from "./unfit.ts";
import { WindowSlots } from "./windowSlots.ts";

/** What the policy in force makes of one application. */
export type Decision = {
  isFraud: boolean;
  /** The ids of all fraud clauses that held, in the policy's order. */
  fraudRules: string[];
  /** The first one's wording; internal. */
  fraudReason: string | undefined;
  riskLevel: RiskLevel;
  policyStatus: ApprovalStatus;
  /** The exception's status where there is one, else the policy's. */
  approvalStatus: ApprovalStatus;
  /** Distinct codes, most important first. */
  reasons: ReasonCode[];
  /** The ids of the reasons in rank order, at most `reasonsMax`. */
  reasonLiterals: string[];
  /** Windows and the scorecard's total by name, in major units. */
  features: Record<string, number>;
  policyVersion: string;
  exceptionId: string | undefined;
};

type Clause<C> = { readonly clause: C; readonly holds: Test };

const always: Test = () => true;

/**
 * One version of a policy, compiled to closures; made once and asked for every decision. Pure: the same facts and windows
 * give the same decision on every machine. Throws an `Error` for a policy that `checkPolicy` would have refused.
 */
export class Engine {
  readonly policy: CheckedPolicy;
  readonly version: string;
  readonly #layout: Layout;
  readonly #frame: Frame;
  readonly #fill: ReturnType<typeof inputFiller>;
  readonly #windows: WindowSlots;
  readonly #scorecard: CompiledScorecard | undefined;
  readonly #fraud: readonly Clause<{ id: string; reason: string }>[];
  readonly #risk: readonly Clause<RiskClause>[];
  readonly #approval: readonly Clause<ApprovalClause>[];
  readonly #reasonings: readonly Reasoning[];
  readonly #explainers: (Explainer | undefined)[] = [];
  /** The last decision, whose inputs the frame still holds, and the approval clause that decided on it. */
  #last: Decision | undefined;
  #lastIndex = 0;

  constructor(policy: CheckedPolicy, version: string) {
    this.policy = policy;
    this.version = version;
    const layout = new Layout(policy);
    this.#layout = layout;
    this.#frame = layout.frame();
    this.#fill = inputFiller(policy.inputs, layout);
    this.#windows = new WindowSlots(policy.features, layout, version);
    this.#scorecard = compileScorecard(policy, layout);
    this.#fraud = policy.fraud.map((clause) => ({ clause, holds: compileTest(clause.when, layout) }));
    this.#risk = endingInElse("risk", policy.risk, version, layout);
    this.#approval = endingInElse("approval", policy.approval, version, layout);
    this.#reasonings = planReasons(policy).map((plan) => new Reasoning(plan, policy, this.#scorecard, layout));
  }

  /**
   * Decides one application. `windows` are the policy's features in its order, scaled and capped (`WindowPlan.picker`
   * gives them); empty for a policy without. Throws a `RangeError` where their number is not the policy's.
   */
  decide(facts: ApplicationFacts, windows: readonly number[], exception?: PolicyException): Decision {
    const frame = this.#read(facts, windows);
    const fraudRules: string[] = [];
    let fraudReason: string | undefined;
    for (const { clause, holds } of this.#fraud) {
      if (!holds(frame)) continue;
      fraudReason ??= clause.reason;
      fraudRules.push(clause.id);
    }
    frame.isFraud = fraudRules.length > 0;
    frame.riskLevel = this.#riskLevel(frame);
    const index = this.#deciding(frame);
    const { status, reason } = this.#clauseAt(index);
    const found = exception ? [] : (this.#reasonings[index] as Reasoning).find(frame);
    const decision: Decision = {
      isFraud: frame.isFraud,
      fraudRules,
      fraudReason,
      riskLevel: frame.riskLevel,
      policyStatus: status,
      approvalStatus: exception?.status ?? status,
      reasons: exception ? ["POLICY_EXCEPTION"] : status === "Approved" ? [] : codesOf(found, reason),
      reasonLiterals: found.map(({ id }) => id),
      features: this.#features(frame),
      policyVersion: this.version,
      exceptionId: exception?.id,
    };
    this.#last = decision;
    this.#lastIndex = index;
    return decision;
  }

  /**
   * The reasons of a decision in full, in the order of its `reasonLiterals`: made from the same application and windows.
   * None for an approval, for an exception, and where the clause's own reason stands alone.
   */
  explain(facts: ExplainedFacts, windows: readonly number[], decision: Decision): ReasonDetail[] {
    if (decision.exceptionId !== undefined || decision.reasonLiterals.length === 0) return [];
    const index = decision === this.#last ? this.#lastIndex : this.#decideAnew(facts, windows);
    this.#explainers[index] ??= new Explainer(this.#reasonings[index] as Reasoning, {
      policy: this.policy,
      layout: this.#layout,
      scorecard: this.#scorecard,
      settle: (changed) => this.#settle(changed),
      status: (changed) => this.#clauseAt(this.#deciding(changed)).status,
    });
    return this.#explainers[index].explain(this.#frame, facts);
  }

  /** What was sent and does not fit its declaration, so that it counted as missing. */
  unfit(facts: ApplicationFacts): Unfit[] {
    return unfitAttributes(this.policy.inputs, facts);
  }

  /** Fills the frame as for a decision, and gives the approval clause that decides. */
  #decideAnew(facts: ApplicationFacts, windows: readonly number[]): number {
    this.#last = undefined;
    const frame = this.#read(facts, windows);
    this.#settle(frame);
    return this.#deciding(frame);
  }

  #read(facts: ApplicationFacts, windows: readonly number[]): Frame {
    const frame = this.#frame;
    this.#fill(frame, facts);
    this.#windows.fill(frame, windows);
    if (this.#scorecard) frame.numbers[this.#scorecard.slot] = this.#scorecard.total(frame);
    return frame;
  }

  /** Works out again what is derived from the inputs: the scorecard's total, fraud and the risk level. */
  #settle(frame: Frame): void {
    if (this.#scorecard) frame.numbers[this.#scorecard.slot] = this.#scorecard.total(frame);
    frame.isFraud = false;
    for (const { holds } of this.#fraud) {
      if (holds(frame)) {
        frame.isFraud = true;
        break;
      }
    }
    frame.riskLevel = this.#riskLevel(frame);
  }

  #riskLevel(frame: Frame): RiskLevel {
    for (const { clause, holds } of this.#risk) if (holds(frame)) return clause.level;
    throw new Error(`${this.version}: no risk clause holds.`);
  }

  #deciding(frame: Frame): number {
    const approval = this.#approval;
    for (let index = 0; index < approval.length; index++) {
      if ((approval[index] as Clause<ApprovalClause>).holds(frame)) return index;
    }
    throw new Error(`${this.version}: no approval clause holds.`);
  }

  #clauseAt(index: number): ApprovalClause {
    return (this.#approval[index] as Clause<ApprovalClause>).clause;
  }

  #features(frame: Frame): Record<string, number> {
    const features = this.#windows.plain(frame);
    const { scorecard } = this.policy;
    if (scorecard && this.#scorecard) {
      features[scorecard.name] = (frame.numbers[this.#scorecard.slot] as number) / 10 ** scorecard.type.scale;
    }
    return features;
  }
}

function endingInElse<C extends { readonly when?: RiskClause["when"] }>(
  kind: "risk" | "approval",
  clauses: readonly C[],
  version: string,
  layout: Layout,
): Clause<C>[] {
  const last = clauses.at(-1);
  if (!last || last.when) {
    throw new Error(`Policy ${version}: its ${kind} clauses can all fail; end the list with one without a condition.`);
  }
  return clauses.map((clause) => ({ clause, holds: clause.when ? compileTest(clause.when, layout) : always }));
}

function codesOf(found: readonly Reason[], reason: ReasonCode | undefined): ReasonCode[] {
  if (found.length === 0) return reason ? [reason] : [];
  const codes: ReasonCode[] = [];
  for (const { code } of found) if (!codes.includes(code)) codes.push(code);
  return codes;
}
