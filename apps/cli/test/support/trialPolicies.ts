/** Policies that between them use everything the engines do: what a mutation of either must not get past. */
export const trialPolicies = {
  inputs: `
policy: inputs
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  annual_income: { type: decimal, scale: 2, min: 0, max: 10000000, default: 30000 }
  inquiries: { type: integer, min: 0, max: 30, optional: true }
  purpose: { type: string, values: [car, house, "it's", "back\\\\slash", "é"], optional: true }
  channel: { type: string, default: web }
  employed: { type: boolean, optional: true }
  ratio: { type: decimal, scale: 6, min: -1, max: 1, default: 0.5 }
reasons:
  dti: { code: DEBT_TO_INCOME_TOO_HIGH, weight: 5 }
  inquiries: { code: TOO_MANY_INQUIRIES, weight: 9 }
  annual_income: { code: INCOME_INSUFFICIENT, weight: 5 }
  credit_score: { code: CREDIT_SCORE_TOO_LOW, weight: 7 }
applications:
  fraud:
    - { id: odd-ratio, when: "ratio * 4 < -2.5 && credit_score <= 620", reason: Odd ratio }
    - { id: odd-device, when: "has(device_id) && device_id in ['a', 'é', \\"it's\\"]", reason: Odd device }
  risk:
    - { level: Low, when: "credit_score >= 700 && !(has(dti) && dti > 40.5)" }
    - { level: Medium, when: "credit_score >= 500 || channel == 'branch'" }
    - { level: High }
  approval:
    - { id: fraud, status: Rejected, when: "is_fraud && risk_level != 'Low'", reason: SUSPECTED_FRAUD }
    - id: affordability
      status: Rejected
      when: "loan_amount > 0.4 * annual_income && (has(dti) && dti >= 35 || has(inquiries) && inquiries > 6 || credit_score < 640)"
      reason: INCOME_INSUFFICIENT
    - { id: unsaid, status: Under Review, when: "!(has(purpose) && purpose == 'house') && credit_score < 700", reason: LOAN_PURPOSE }
    - { id: good, status: Approved, when: "risk_level == 'Low' && (!has(employed) || employed) && loan_amount - 500 <= annual_income + 0.5" }
    - { id: usual, status: Under Review, when: "credit_score >= 600 && channel in ['web', 'A'] && ratio >= 0", reason: MANUAL_REVIEW_REQUIRED }
    - { id: rest, status: Rejected, reason: LENGTH_OF_EMPLOYMENT }
`,
  windows: `
policy: windows
inputs:
  rate: { type: decimal, scale: 1, min: -100, max: 100, default: -5 }
  branch: { type: string, optional: true }
applications:
  features:
    count_short: { count: true, window: 10ms }
    count_long: { count: true, window: 1h }
    sum_short: { sum: credit_score, window: 10ms, cap: 2500 }
    sum_long: { sum: loan_amount, window: 1h, cap: 10000000000.01 }
    least_short: { min: rate, window: 10ms }
    largest_long: { max: loan_amount, window: 1h }
    devices_short: { distinct: device_id, window: 10ms }
    branches_long: { distinct: branch, window: 1h }
    rates_long: { distinct: rate, window: 1h }
  fraud:
    - { id: many-devices, when: "devices_short > 2", reason: Many devices }
    - { id: burst, when: "count_short > 4 && sum_short >= 2500", reason: "It's a {{ burst }}" }
  risk:
    - { level: Low, when: "rates_long < 3" }
    - { level: Medium, when: "least_short < 0" }
    - { level: High }
  approval:
    - { id: fraud, status: Rejected, when: is_fraud, reason: SUSPECTED_FRAUD }
    - { id: fast, status: Under Review, when: "count_long > 6 || largest_long > 4 * loan_amount", reason: TOO_MANY_APPLICATIONS }
    - { id: instant, status: Approved, when: "risk_level in ['Low', 'Medium'] && branches_long <= 3" }
    - { id: rest, status: Rejected, reason: LIMITED_CREDIT_EXPERIENCE }
`,
  scorecard: `
policy: scorecard
inputs:
  annual_income: { type: decimal, scale: 2, min: 0, max: 1000000, optional: true }
  inquiries: { type: integer, min: 0, max: 30, optional: true }
  purpose: { type: string, values: [car, house, boat], optional: true }
scorecard:
  id: points
  base: 100.5
  characteristics:
    - input: credit_score
      reason: CREDIT_SCORE_TOO_LOW
      bins: [{ to: 500, points: -40 }, { from: 500, to: 680, points: 10.25 }, { from: 680, points: 60 }]
    - input: annual_income
      reason: INCOME_INSUFFICIENT
      bins: [{ missing: true, points: 0 }, { to: 20000, points: 5 }, { to: 60000, points: 30 }, { other: true, points: 60 }]
    - input: inquiries
      bins: [{ in: [0, 1], points: 60 }, { to: 6, points: 20 }, { other: true, points: -20 }, { missing: true, points: 10 }]
    - { id: aim, input: purpose, bins: [{ in: [house], points: 25 }, { other: true, points: 10 }, { missing: true, points: 5 }] }
    - { input: count_1h, bins: [{ to: 3, points: 15 }, { from: 3, points: 0 }] }
reasons:
  inquiries: { code: TOO_MANY_INQUIRIES, weight: 1 }
applications:
  features:
    count_1h: { count: true, window: 1h }
  fraud:
    - { id: lots, when: "count_1h > 8", reason: Lots }
  risk:
    - { level: High, when: "points < 120" }
    - { level: Medium, when: "points < 200" }
    - { level: Low }
  approval:
    - { id: low, status: Rejected, when: "points < 150 || has(inquiries) && inquiries > 12 && points <= 220.25", reason: SCORECARD_POINTS_TOO_LOW }
    - { id: fine, status: Approved, when: "points >= 230 && !is_fraud" }
    - { id: middling, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`,
} as const;
