/** The colours that mean something, the same on every page. The theme's own palette begins with them. */
export const palette = {
  ink: "#1F2933",
  quiet: "#52606D",
  paper: "#FFFFFF",
  canvas: "#F3F5F7",
  line: "#CBD2D9",
  blue: "#1F5FA8",
  teal: "#0B7A75",
  /** Approved, low risk, no fraud. */
  good: "#2E7D4F",
  /** Under review, medium risk. */
  open: "#A15C00",
  /** Rejected, high risk, fraud. */
  bad: "#B3261E",
  violet: "#6B4FA0",
  slate: "#486581",
} as const;
