import { type Home, type ServiceDefinition, type StackEnv, startService } from "@scoreline/stack";
import { appServices, type HttpRuntime } from "../../src/services.ts";

export const runtimes = ["node", "deno"] as const satisfies readonly HttpRuntime[];

/** A fraud-check worker, and how it is asked. */
export type Worker = {
  url: string;
  service: ServiceDefinition;
  check(application: Record<string, unknown>): Promise<Answer>;
  decisionOn(applicationId: string): Promise<Answer>;
};

export type Answer = { status: number; retryAfter: number; body: DecisionBody };

/** A decision, or a problem's code. */
export type DecisionBody = {
  code?: string;
  application_id: string;
  decision_id: string;
  status: string;
  policy_status: string;
  risk_level: string;
  is_fraud: boolean;
  reasons: { code: string; wording: string; tests: { test: string; counterfactual?: unknown }[] }[];
  policy_version: string;
  features: Record<string, number>;
  received_at: string;
};

/** The worker as `up` starts it, on a runtime of its own; `url` is where. Two on one home need two addresses. */
export async function startFraudCheck(home: Home, env: StackEnv, runtime: HttpRuntime, url: string): Promise<Worker> {
  const definitions = appServices(home, { ...env, FRAUD_CHECK_URL: url }, runtime);
  const definition = definitions.find(({ name }) => name === "fraud-check") as ServiceDefinition;
  const service = { ...definition, name: `fraud-check-${runtime}` };
  await startService(home, service);
  const headers = { authorization: `Bearer ${env.SCORELINE_API_KEY}`, "content-type": "application/json" };
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { ...init, headers });
    const retryAfter = Number(response.headers.get("retry-after"));
    return { status: response.status, retryAfter, body: (await response.json()) as DecisionBody };
  };
  return {
    url,
    service,
    check: (application) => ask("/v1/fraud-check", { method: "POST", body: JSON.stringify(application) }),
    decisionOn: (applicationId) => ask(`/v1/decisions/${applicationId}`, {}),
  };
}

/** An application that the shipped policies approve, unless changed. */
export function application(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    application_id: id,
    user_id: `user-of-${id}`,
    credit_score: 700,
    loan_amount: 5_000,
    timestamp: "2026-01-31T09:30:00Z",
    ...changes,
  };
}
