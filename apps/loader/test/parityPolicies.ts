import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@scoreline/stack";

/** The velocity policy as it ships. */
export const velocityYaml = readFileSync(join(repositoryRoot, "packages/policy/policies/velocity.yaml"), "utf8");

/** Other windows, an attribute, a scorecard, and strings that SQL, YAML and dbt's templates could trip over. */
export const scorecardYaml = `policy: consumer-loans
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  channel: { type: string, values: ["web", "it's {{ 1 / 0 }}", "{% endraw %}"], default: web }
scorecard:
  id: total
  base: 500
  characteristics:
    - id: score
      input: credit_score
      reason: CREDIT_SCORE_TOO_LOW
      bins: [{ to: 600, points: -40 }, { from: 600, to: 700, points: 10 }, { from: 700, points: 60 }]
    - id: burden
      input: dti
      reason: DEBT_TO_INCOME_TOO_HIGH
      bins: [{ to: 20, points: 25 }, { from: 20, points: -15 }, { missing: true, points: -5 }]
applications:
  features:
    applications_2h: { count: true, window: 2h }
    smallest_3d: { min: loan_amount, window: 3d }
    regions_12h: { distinct: applicant_region, window: 12h }
  fraud:
    - { id: hopping, when: "regions_12h > 2", reason: "{{ env_var('HOME') }} {% endraw %} {# it's" }
    - { id: odd-channel, when: "channel == '{% endraw %}' && loan_amount > 20000", reason: Odd channel }
  risk:
    - { level: Low, when: "total >= 560" }
    - { level: Medium, when: "total >= 500" }
    - { level: High }
  approval:
    - { id: fraud, status: Rejected, when: "is_fraud", reason: SUSPECTED_FRAUD }
    - { id: points, status: Rejected, when: "total < 480 || (has(dti) && dti > 45.5)", reason: SCORECARD_POINTS_TOO_LOW }
    - { id: often, status: Under Review, when: "applications_2h > 4 && smallest_3d < 5000", reason: TOO_MANY_APPLICATIONS }
    - { id: instant, status: Approved, when: "total >= 500" }
    - { id: review, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`;

/** Without windows. */
export const plainYaml = readFileSync(join(repositoryRoot, "packages/policy/policies/default.yaml"), "utf8");
