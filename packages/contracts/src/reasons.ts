/**
 * Reason codes of decisions with the wording a customer may read (Regulation B, appendix C, sample form C-1, gives the
 * field's phrases). A reason that is internal has none: fraud wording never leaves the lender.
 */
export const reasons = {
  SUSPECTED_FRAUD: { internal: true, wording: undefined },
  CREDIT_SCORE_TOO_LOW: { internal: false, wording: "Credit score below our lending threshold" },
  MANUAL_REVIEW_REQUIRED: { internal: false, wording: "The application needs a review by a person" },
} as const;

export type ReasonCode = keyof typeof reasons;
