import type { ApprovalStatus, ReasonCode, RiskLevel } from "@scoreline/contracts";

/*
 * A checked policy: what a policy document means, and the one thing that both engines are compiled from. Everything in
 * it is plain data that JSON can hold. A number is a scaled integer: the value times 10^scale.
 */

/** The largest magnitude of a scaled integer in any step of a computation: what a double holds exactly. */
export const exactMax = Number.MAX_SAFE_INTEGER;

/**
 * The largest magnitude of a scaled input, default, cap or recorded feature: 15 digits, so that a decimal, the double
 * nearest to it and its shortest text (what JSON and jsonb hold) are one value (IEEE 754: 15 digits survive the round trip).
 */
export const inputMax = 999_999_999_999_999;

/** Decimals of an input at most. */
export const scaleMax = 6;

/** `min` and `max` bound the scaled value; interval analysis carries them through every operation. */
export type NumberType = {
  readonly kind: "number";
  readonly scale: number;
  readonly min: number;
  readonly max: number;
};
export type StringType = { readonly kind: "string" };
export type BooleanType = { readonly kind: "boolean" };
export type ValueType = NumberType | StringType | BooleanType;

/** A number is scaled by the type it stands beside. */
export type Scalar = number | string | boolean;

/**
 * What a policy reads of an event: a field of the contract, or an attribute that the policy declares. An attribute that
 * is absent, null, of another JSON type, beyond its bounds, with more decimals than its scale or not among `values`
 * counts as missing, in both engines alike. `default` then stands in; without one `optional` is true and every use is
 * guarded by `has`. A contract field that is always there is neither.
 */
export type Input = {
  readonly name: string;
  readonly origin: "field" | "attribute";
  readonly type: ValueType;
  readonly optional: boolean;
  readonly default?: Scalar;
  /** The strings that are allowed; any, where there is no list. */
  readonly values?: readonly string[];
};

export const aggregates = ["count", "sum", "min", "max", "distinct"] as const;
export type Aggregate = (typeof aggregates)[number];

/**
 * An aggregate over the same partition and user's events with t in (t - windowMs, t], in (t, offset) order, the current
 * one included. `sum` reads a number that is never negative and never missing; `min` and `max` a number never missing;
 * `distinct` counts the different values of a string or number and passes over missing ones.
 */
export type Feature = {
  readonly name: string;
  readonly aggregate: Aggregate;
  /** The input's name; none for `count`. */
  readonly input?: string;
  readonly windowMs: number;
  /** A sum is clamped to it, scaled like its input; so is a count. */
  readonly cap?: number;
  readonly type: NumberType;
};

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A checked expression. `has` names an optional input; a `derived` name stands in approval clauses only. */
export type Expr =
  | { readonly kind: "constant"; readonly type: ValueType; readonly value: Scalar }
  | { readonly kind: "input"; readonly name: string; readonly type: ValueType }
  | { readonly kind: "feature"; readonly name: string; readonly type: NumberType }
  | { readonly kind: "points"; readonly name: string; readonly type: NumberType }
  | { readonly kind: "derived"; readonly name: "is_fraud" | "risk_level"; readonly type: ValueType }
  | { readonly kind: "has"; readonly name: string }
  | { readonly kind: "negative"; readonly operand: Expr; readonly type: NumberType }
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-" | "*";
      readonly left: Expr;
      readonly right: Expr;
      /** `+` and `-` have the larger scale of the two, `*` has their sum. */
      readonly type: NumberType;
    }
  | {
      readonly kind: "comparison";
      readonly operator: ComparisonOperator;
      /** Numbers may differ in scale; the checker has proven that aligning them stays within `exactMax`. */
      readonly left: Expr;
      readonly right: Expr;
    }
  /** `values` are constants of the operand's kind; numbers scaled by the operand's own scale. */
  | { readonly kind: "in"; readonly operand: Expr; readonly values: readonly Scalar[] }
  | { readonly kind: "and" | "or"; readonly operands: readonly Expr[] }
  | { readonly kind: "not"; readonly operand: Expr };

/** Every fraud clause that holds is recorded by its id; the first one's `reason` goes on the alert and nowhere else. */
export type FraudClause = { readonly id: string; readonly when: Expr; readonly reason: string };

/** The first that holds decides; the last has no `when`. */
export type RiskClause = { readonly id: string; readonly level: RiskLevel; readonly when?: Expr };

/** The first that holds decides; the last has no `when`. An approval needs no reason. */
export type ApprovalClause = {
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly when?: Expr;
  readonly reason?: ReasonCode;
};

/** The points of a value. The first bin that fits decides; the checker has proven that one always does. */
export type Bin =
  /** `from <= value < to`, scaled like the input; an absent bound is open. */
  | { readonly kind: "range"; readonly from?: number; readonly to?: number; readonly points: number }
  | { readonly kind: "values"; readonly values: readonly Scalar[]; readonly points: number }
  | { readonly kind: "missing"; readonly points: number }
  | { readonly kind: "other"; readonly points: number };

/** One input's part of a scorecard. `reason` is its reason code where it lost points. */
export type Characteristic = {
  readonly id: string;
  /** An input or a feature. A missing optional input falls into the bin `missing`. */
  readonly source: { readonly kind: "input" | "feature"; readonly name: string; readonly type: ValueType };
  readonly bins: readonly Bin[];
  readonly reason?: ReasonCode;
};

/** A points scorecard: `base` plus the points of each characteristic, all scaled by `type.scale`. `name` is its total's. */
export type Scorecard = {
  readonly name: string;
  readonly base: number;
  readonly type: NumberType;
  readonly characteristics: readonly Characteristic[];
};

/** How a reason on an input, a feature or the scorecard's total is coded and ranked; a larger weight comes first. */
export type ReasonRule = { readonly code?: ReasonCode; readonly weight: number };

/** A policy as both engines read it. `inputs` are those that something in it names. */
export type CheckedPolicy = {
  /** `consumer-loans`; its versions are `consumer-loans@1`, … */
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly features: readonly Feature[];
  readonly scorecard?: Scorecard;
  readonly reasons: Readonly<Record<string, ReasonRule>>;
  readonly fraud: readonly FraudClause[];
  readonly risk: readonly RiskClause[];
  readonly approval: readonly ApprovalClause[];
  /** What is asked of card transactions, by windows of their own. */
  readonly transactions: FraudRules;
};

/** What windows are kept for: of applications, or of card transactions. */
export type Windowed = Pick<CheckedPolicy, "inputs" | "features">;

/** Rules that find suspicion of fraud and decide nothing else. */
export type FraudRules = {
  readonly inputs: readonly Input[];
  readonly features: readonly Feature[];
  readonly fraud: readonly FraudClause[];
};

/**
 * One test that a decision can rest on: a comparison, `in`, `has`, a bare boolean, or `not` of one of these where the
 * operator has no opposite. Free of `and`, `or` and derived names. One that reads a missing input is false (`has` reads
 * none): in a formula it may stand where no guard shields it.
 */
export type Literal = {
  /** Unique within the policy and stable across compilations: `<clause id>/<number>`, of the plan's `clause`, from 1. */
  readonly id: string;
  readonly expr: Expr;
  /** Inputs, features and the scorecard's total that it names, in order of appearance. */
  readonly names: readonly string[];
  readonly code: ReasonCode;
  readonly weight: number;
  /** It comes from a fraud clause: no counterfactual, and internal. */
  readonly fraud: boolean;
  /** It asks whether the scorecard's total is low: as a reason it gives way to the characteristics that lost points. */
  readonly scorecard: boolean;
};

/**
 * A formula in negation normal form. A leaf is the index of a literal (a test that stands at several places is one
 * literal, with several leaves), or a guard: it has to hold like any other and is never a reason. Guards are `has(x)` in
 * an `all` that also tests x, and `!is_fraud`.
 */
export type Formula =
  | { readonly kind: "literal"; readonly literal: number }
  | { readonly kind: "guard"; readonly expr: Expr }
  | { readonly kind: "all" | "any"; readonly operands: readonly Formula[] };

/**
 * What the reasons of a decision by the approval clause `clause` are read from. `formula` is true whenever that clause
 * decides; a literal is a reason when one of its leaves and all formulas around that leaf are true. `literals` stand in
 * rank order (weight, then place in the clause). A literal with `scorecard` gives way to the scorecard's characteristics
 * that lost points (the most its bins give less what it got), most lost first, then in their order; it stays where none
 * did. Of what results the first `reasonsMax` are the decision's reasons, and their distinct codes its reason codes.
 * Where there is no formula, or no literal is a reason, the clause's own reason stands alone, without a literal.
 */
export type ReasonPlan = {
  readonly clause: string;
  /** The clause that the literals are of: the deciding one, or for a fall-through the nearest better one, which failed. */
  readonly of: string;
  readonly formula: Formula | undefined;
  readonly literals: readonly Literal[];
};

/** Reasons on a decision at most (Regulation B, 12 CFR 1002.9(b)(2), comment 2: more than four is not meaningful). */
export const reasonsMax = 4;
