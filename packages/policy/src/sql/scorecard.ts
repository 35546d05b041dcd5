import type { Bin, Characteristic, Scorecard } from "../ir.ts";
import { constantSql, decimalText, extended, quoteName, type Step } from "./text.ts";

/** The points that the characteristic at `index` gave. */
export function pointsColumn(index: number): string {
  return `"_points_${index + 1}"`;
}

/** The points of each characteristic, then their total under the scorecard's name. */
export function scorecardSteps(scorecard: Scorecard | undefined, from: string): Step[] {
  if (!scorecard) return [];
  const { scale } = scorecard.type;
  const columns = scorecard.characteristics.map(
    (characteristic, index) => `${pointsSql(characteristic, scale)} as ${pointsColumn(index)}`,
  );
  const total = [
    `${decimalText(scorecard.base, scale)}${scale === 0 ? "::bigint" : ""}`,
    ...scorecard.characteristics.map((_, index) => pointsColumn(index)),
  ];
  return [
    { name: "points", sql: extended(from, columns) },
    { name: "scorecard", sql: extended("points", [`${total.join(" + ")} as ${quoteName(scorecard.name)}`]) },
  ];
}

/** What a characteristic lost: the most that its bins can give less what it got. */
export function lostSql({ bins }: Characteristic, index: number, { type }: Scorecard): string {
  const most = bins.reduce((highest, { points }) => Math.max(highest, points), Number.NEGATIVE_INFINITY);
  return `${decimalText(most, type.scale)} - ${pointsColumn(index)}`;
}

/** No `else`: the first bin that fits decides, and one always does. */
function pointsSql(characteristic: Characteristic, scale: number): string {
  const cases = characteristic.bins.map(
    (bin) => `when ${fitsSql(bin, characteristic)} then ${decimalText(bin.points, scale)}`,
  );
  return `(case ${cases.join("\n      ")} end)::${scale === 0 ? "bigint" : "numeric"}`;
}

function fitsSql(bin: Bin, { source: { name, type } }: Characteristic): string {
  const column = quoteName(name);
  switch (bin.kind) {
    case "range": {
      const bounds = [
        ...(bin.from === undefined ? [] : [`${column} >= ${constantSql(bin.from, type)}`]),
        ...(bin.to === undefined ? [] : [`${column} < ${constantSql(bin.to, type)}`]),
      ];
      return bounds.length > 0 ? bounds.join(" and ") : `${column} is not null`;
    }
    case "values":
      return `${column} in (${bin.values.map((value) => constantSql(value, type)).join(", ")})`;
    case "missing":
      return `${column} is null`;
    case "other":
      return `${column} is not null`;
  }
}
