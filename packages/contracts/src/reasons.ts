/**
 * Reason codes of decisions with the wording a customer may read (Regulation B, appendix C, sample form C-1, gives the
 * field's phrases). A reason that is internal has none: fraud wording never leaves the lender.
 */
export const reasons = {
  SUSPECTED_FRAUD: { internal: true, wording: undefined },
  POLICY_EXCEPTION: { internal: true, wording: undefined },
  CREDIT_SCORE_TOO_LOW: { internal: false, wording: "Credit score below our lending threshold" },
  MANUAL_REVIEW_REQUIRED: { internal: false, wording: "The application needs a review by a person" },
  LOAN_AMOUNT_TOO_HIGH: { internal: false, wording: "Amount requested exceeds what we can offer" },
  INCOME_INSUFFICIENT: { internal: false, wording: "Income insufficient for amount of credit requested" },
  INCOME_UNVERIFIED: { internal: false, wording: "Unable to verify income" },
  DEBT_TO_INCOME_TOO_HIGH: { internal: false, wording: "Excessive obligations in relation to income" },
  TOO_MANY_APPLICATIONS: { internal: false, wording: "Too many recent applications with us" },
  TOO_MANY_INQUIRIES: { internal: false, wording: "Number of recent inquiries on credit bureau report" },
  DELINQUENT_OBLIGATIONS: {
    internal: false,
    wording: "Delinquent past or present credit obligations with others",
  },
  PUBLIC_RECORD: { internal: false, wording: "Public record of collection action, judgment or bankruptcy" },
  LENGTH_OF_EMPLOYMENT: { internal: false, wording: "Length of employment" },
  LIMITED_CREDIT_EXPERIENCE: { internal: false, wording: "Limited credit experience" },
  LOAN_PURPOSE: { internal: false, wording: "We do not offer credit for the purpose requested" },
  INCOMPLETE_APPLICATION: { internal: false, wording: "Credit application incomplete" },
  SCORECARD_POINTS_TOO_LOW: { internal: false, wording: "Overall assessment of the application below our threshold" },
  NOT_OF_AGE: { internal: false, wording: "Not of the age to enter into a binding contract" },
} as const;

export type ReasonCode = keyof typeof reasons;
export const reasonCodes = Object.keys(reasons) as ReasonCode[];
