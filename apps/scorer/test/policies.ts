import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Application } from "@scoreline/contracts";
import { compilerVersion, PartitionWindows, type PolicyException, type PolicyVersion } from "@scoreline/policy";
import type { DecisionColumns } from "@scoreline/stores/postgres";
import { onTestFinished } from "vitest";
import { type ApplicationKind, applications } from "../src/applications.ts";
import { Policies } from "../src/policies.ts";
import { type CatalogueRead, Compiler, PolicySnapshot } from "../src/snapshot.ts";
import type { Score } from "../src/subject.ts";
import { nowMs } from "./records.ts";

const dayMs = 86_400_000;

/** The text of a policy that comes with the product. */
export function shipped(name: "default" | "velocity"): string {
  return readFileSync(new URL(`../../../packages/policy/policies/${name}.yaml`, import.meta.url), "utf8");
}

/** A published version, in force from the first instant unless said otherwise. */
export function version(yaml: string, over: Partial<PolicyVersion> = {}): PolicyVersion {
  const number = over.number ?? 1;
  return {
    version: `consumer-loans@${number}`,
    policy: "consumer-loans",
    number,
    yaml,
    sha256: createHash("sha256").update(yaml).digest("hex"),
    compilerVersion,
    effectiveFromMs: 0,
    publishedAtMs: 0,
    publishedBy: "tests",
    note: "",
    ...over,
  };
}

/** A read of a catalogue that lets every record of these tests be decided. */
export function read(versions: PolicyVersion[], exceptions: PolicyException[] = []): CatalogueRead {
  return { readAtMs: nowMs + 30 * dayMs, versions, exceptions };
}

/** Policies that were read once; with the default policy unless said otherwise. */
export async function policiesOf(catalogue = read([version(shipped("default"))])): Promise<Policies> {
  const policies = new Policies({
    read: async () => catalogue,
    observer: { policiesRead: () => {}, policiesUnread: () => {} },
  });
  onTestFinished(() => policies.stop());
  policies.start();
  await policies.until(nowMs, nowMs, new AbortController().signal, () => {});
  return policies;
}

/** Scores applications by one read, with windows that are empty at first. */
export function scoreBy(catalogue = read([version(shipped("default"))])): Score<ApplicationKind> {
  const snapshot = new PolicySnapshot(catalogue, new Compiler());
  const plan = snapshot.planFrom("applications", 0);
  return applications.scoreBy(snapshot, { plan, windows: new PartitionWindows(plan) });
}

/** The decisions alone. */
export function decideBy(catalogue?: CatalogueRead) {
  const score = scoreBy(catalogue);
  return (application: Application, tMs: number): DecisionColumns => score(application, 0n, tMs).decision;
}
