import { policyLeaseMs } from "@scoreline/contracts";
import {
  checkPolicy,
  compilerVersion,
  Engine,
  Exceptions,
  type FraudRules,
  formatProblem,
  type PolicyException,
  type PolicyVersion,
  TransactionEngine,
  versionInForce,
  WindowPlan,
} from "@scoreline/policy";
import { type Block, rulesOf } from "./subject.ts";

/** The published versions and exceptions, as a read that began at the store's time `readAtMs` found them. */
export type CatalogueRead = {
  readAtMs: number;
  versions: readonly PolicyVersion[];
  exceptions: readonly PolicyException[];
};

/** A version ready to decide: what decides applications, and what judges card transactions. */
export type Engines = { readonly engine: Engine; readonly transactions: TransactionEngine };

/** A version ready to decide, or why this scorer cannot decide by it. */
export type Compiled = Engines | { refusal: string };

/** A version that decides, or will, and the fraud rules of both its blocks by id. */
export type DecidingVersion = { version: string; rules: string[] };

/** Compiles versions, each once: a version is immutable, and its text is what its hash says (`readPolicies` sees to it). */
export class Compiler {
  readonly #compiled = new Map<string, Compiled>();
  /** The same by the object that a read made of a version: asked for every record. */
  readonly #known = new WeakMap<PolicyVersion, Compiled>();

  compile(policyVersion: PolicyVersion): Compiled {
    const known = this.#known.get(policyVersion);
    if (known) return known;
    const compiled = this.#compileOnce(policyVersion);
    this.#known.set(policyVersion, compiled);
    return compiled;
  }

  #compileOnce(policyVersion: PolicyVersion): Compiled {
    const key = `${policyVersion.version} ${policyVersion.sha256}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const compiled = compile(policyVersion);
    this.#compiled.set(key, compiled);
    return compiled;
  }
}

function compile({ version, yaml, compilerVersion: needed }: PolicyVersion): Compiled {
  if (needed > compilerVersion) {
    return {
      refusal: `${version} was published by compiler ${needed}, this scorer has ${compilerVersion}: upgrade it`,
    };
  }
  const checked = checkPolicy(yaml, version);
  if (checked.ok) {
    const { policy } = checked;
    return { engine: new Engine(policy, version), transactions: new TransactionEngine(policy.transactions, version) };
  }
  return {
    refusal: `${version} is not a policy that this scorer understands: ${checked.problems.map(formatProblem)[0]}`,
  };
}

/** One read of the catalogue, and what may be decided by it. */
export class PolicySnapshot {
  readonly readAtMs: number;
  /** Records with a broker time before this may be decided, and no later ones: epoch milliseconds. */
  readonly decidesBeforeMs: number;
  readonly exceptions: Exceptions;
  /** In the order in which they take effect. */
  readonly #versions: readonly PolicyVersion[];
  readonly #compiler: Compiler;
  readonly #plans = new Map<string, WindowPlan>();

  constructor({ readAtMs, versions, exceptions }: CatalogueRead, compiler: Compiler) {
    this.readAtMs = readAtMs;
    this.decidesBeforeMs = readAtMs + policyLeaseMs;
    this.exceptions = new Exceptions(exceptions);
    this.#versions = [...versions].sort((a, b) => a.effectiveFromMs - b.effectiveFromMs);
    this.#compiler = compiler;
  }

  /** The version in force at a broker time. Throws a `RangeError` where `blockedBy` gives a reason. */
  enginesAt(tMs: number): Engines {
    const version = versionInForce(this.#versions, tMs);
    const compiled = version && this.#compiler.compile(version);
    if (compiled && "engine" in compiled) return compiled;
    throw new RangeError(`Nothing can be decided at ${new Date(tMs).toISOString()}.`);
  }

  /** Why records with broker times from `fromMs` to `toMs` may not be decided by this read; undefined when they may. */
  blockedBy(fromMs: number, toMs: number): string | undefined {
    if (toMs >= this.decidesBeforeMs) {
      const [last, horizon] = [toMs, this.decidesBeforeMs].map((ms) => new Date(ms).toISOString());
      return `the catalogue as last read decides records before ${horizon}, and one came at ${last}`;
    }
    if (!versionInForce(this.#versions, fromMs)) {
      return `no policy version is in force at ${new Date(fromMs).toISOString()}`;
    }
    const refused = this.#inForceFrom(fromMs, toMs).map((version) => this.#compiler.compile(version));
    return refused.find((compiled) => "refusal" in compiled)?.refusal;
  }

  /** A block of the policies that are in force at some time from `fromMs` to `toMs`, as far as they can decide. */
  rulesBetween(block: Block, fromMs: number, toMs: number): FraudRules[] {
    return this.#inForceFrom(fromMs, toMs).flatMap((version) => {
      const compiled = this.#compiler.compile(version);
      return "engine" in compiled ? [rulesOf(compiled.engine.policy, block)] : [];
    });
  }

  /** The windows of all versions that can still decide once the partition's time is `tMs`. */
  planFrom(block: Block, tMs: number): WindowPlan {
    const key = `${block} ${versionInForce(this.#versions, tMs)?.version}`;
    const plan = this.#plans.get(key) ?? new WindowPlan(this.rulesBetween(block, tMs, Number.POSITIVE_INFINITY));
    this.#plans.set(key, plan);
    return plan;
  }

  /** The versions that are in force at the time of the read, or will be, as far as they can decide. */
  get deciding(): DecidingVersion[] {
    return this.#inForceFrom(this.readAtMs, Number.POSITIVE_INFINITY).flatMap((version) => {
      const compiled = this.#compiler.compile(version);
      if ("refusal" in compiled) return [];
      const { policy } = compiled.engine;
      const clauses = [...policy.fraud, ...policy.transactions.fraud];
      return [{ version: version.version, rules: clauses.map(({ id }) => id) }];
    });
  }

  /** Why versions that are in force at the time of the read, or will be, cannot decide. */
  get refusals(): string[] {
    return this.#inForceFrom(this.readAtMs, Number.POSITIVE_INFINITY).flatMap((version) => {
      const compiled = this.#compiler.compile(version);
      return "refusal" in compiled ? [compiled.refusal] : [];
    });
  }

  #inForceFrom(fromMs: number, toMs: number): PolicyVersion[] {
    const first = versionInForce(this.#versions, fromMs);
    return this.#versions.filter((version) => {
      return version === first || (version.effectiveFromMs > fromMs && version.effectiveFromMs <= toMs);
    });
  }
}
