import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultPolicyFile } from "../../src/policies/firstPolicy.ts";

/**
 * The velocity policy with windows besides that are short enough to slide while a test runs, over applications and over
 * card transactions, and a clause of `quick` over those of applications; and what comes after it: longer and other windows, over what was recorded before it was published.
 */
export function slidingPolicies(quick: string): { sliding: string; longer: string } {
  const velocity = readFileSync(join(dirname(defaultPolicyFile), "velocity.yaml"), "utf8");
  const sliding = velocity
    .replace(
      "    devices_24h:",
      `    applications_2s: { count: true, window: 2s }
    least_5s: { min: loan_amount, window: 5s }
    devices_3s: { distinct: device_id, window: 3s }
    devices_24h:`,
    )
    .replace(
      "    - { id: burst,",
      `    - { id: quick, when: "${quick}", reason: Quick }
    - { id: burst,`,
    )
    .replace(
      "    transactions_10m:",
      `    transactions_2s: { count: true, window: 2s }
    devices_2s: { distinct: device_id, window: 2s }
    transactions_10m:`,
    )
    .replace(
      "    - { id: card-testing,",
      `    - { id: quick-cards, when: "transactions_2s > 2 && devices_2s > 1", reason: Quick }
    - { id: card-testing,`,
    );
  const longer = sliding
    .replaceAll("2s", "20s")
    .replace("max: loan_amount, window: 7d", "max: loan_amount, window: 6d");
  return { sliding, longer };
}
