/** Grafana's names of units. */
export const units = {
  count: "short",
  perSecond: "suffix: /s",
  seconds: "s",
  share: "percentunit",
  bytes: "bytes",
  money: "currencyUSD",
  score: "none",
  times: "suffix:×",
  time: "dateTimeFromNow",
  onOff: "bool_on_off",
} as const;
export type Unit = (typeof units)[keyof typeof units];
