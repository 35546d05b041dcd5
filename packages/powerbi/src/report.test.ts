import { describe, expect, test } from "vitest";
import { modelOf } from "./check/model.ts";
import { textsUnder } from "./check/project.ts";
import { type Json, referencesIn, reportProblems } from "./check/reportProblems.ts";
import { modelFolder, reportFolder } from "./folders.ts";
import { pages } from "./pages/pages.ts";
import { palette } from "./report/palette.ts";
import { reportFiles } from "./report/report.ts";
import { theme } from "./report/theme.ts";

const model = modelOf(textsUnder(modelFolder, ".tmdl"));
const texts = textsUnder(reportFolder, ".json", ".pbir");
const files = new Map([...texts].map(([path, text]) => [path, JSON.parse(text) as Json]));

test("the report's files are what its pages say; else run npm run generate", () => {
  const written = [...reportFiles(pages)].map(([path, json]) => [path, `${JSON.stringify(json, null, 2)}\n`] as const);
  expect(new Map(written.toSorted())).toEqual(new Map([...texts].toSorted()));
});

describe("the report", () => {
  test("shows only what the model has and every role sees, without an overlap, each visual titled and described", () => {
    expect(reportProblems(files, model)).toEqual([]);
  });

  test("shows what was asked of it, with the columns and measures of each page", () => {
    const types = Object.fromEntries(pages.map(({ name, visuals }) => [name, visuals.map(({ type }) => type)]));
    expect(Object.keys(types)).toEqual(["risk", "lending", "fraud", "transactions", "data_quality", "policy"]);
    expect(types.transactions).toEqual(
      expect.arrayContaining(["lineChart", "azureMap", "tableEx", "gauge", "donutChart", "slicer"]),
    );
    const chosen = pages.find(({ name }) => name === "transactions")?.visuals.filter(({ type }) => type === "slicer");
    const fields = chosen?.flatMap(({ roles = {} }) => Object.values(roles).flat()) ?? [];
    expect(fields.map(({ name }) => name)).toEqual(["date", "risk_level", "card_type", "is_fraud"]);
  });

  test("walks by keyboard in the order of the page: from the header down", () => {
    for (const { visuals } of pages) {
      const tops = visuals.map(({ box }) => box.y);
      expect(tops.slice(0, 2)).toEqual([12, 12]);
      expect(Math.min(...tops.slice(2))).toBeGreaterThan(12);
    }
  });
});

describe("a broken report is seen", () => {
  const card = "definition/pages/risk/visuals/figures/visual.json";
  const line = "definition/pages/risk/visuals/score_by_month/visual.json";

  /** The report's problems when one text of a file is replaced; the text must be there. */
  function problemsWith(path: string, from: string, to: string): string {
    const text = texts.get(path) ?? "";
    expect(text).toContain(from);
    return reportProblems(new Map(files).set(path, JSON.parse(text.replace(from, to)) as Json), model).join("\n");
  }

  test.each([
    [
      "a measure that is not there",
      card,
      '"Property": "Applications"',
      '"Property": "Aplications"',
      "[Aplications] is not in the model",
    ],
    ["a column as a measure", line, '"Column": {', '"Measure": {', "Measure dim_time[year_month] is not in the model"],
    [
      "a column of another table",
      line,
      '"Entity": "dim_time"',
      '"Entity": "dim_user"',
      "[year_month] is not in the model",
    ],
    ["a visual over another", line, '"x": 646', '"x": 600', "score_by_month"],
    ["a visual beyond the page", line, '"x": 646', '"x": 700', "does not lie within the page"],
    [
      "two visuals at one place of the tab order",
      line,
      '"tabOrder": 7000',
      '"tabOrder": 0',
      "one place in the tab order",
    ],
    ["a visual without a title", line, "'Average credit score by month'", "''", "has no title"],
    [
      "a visual without an alternative text",
      line,
      "'A line of the average credit score of applications by month.'",
      "''",
      "has no alternative text",
    ],
    ["a visual named otherwise than its folder", line, '"name": "score_by_month"', '"name": "score"', "is named score"],
    ["a page that is not listed", "definition/pages/pages.json", '"risk",', "", "lists other pages"],
  ])("%s", (_, path, from, to, problem) => {
    expect(problemsWith(path, from, to)).toContain(problem);
  });

  test("a name, an age or a gender on a page", () => {
    const path = "definition/pages/transactions/visuals/choose_fact_transaction_card_type/visual.json";
    const text = (texts.get(path) ?? "").replace('"fact_transaction"', '"dim_user"').replace('"card_type"', '"name"');
    const problems = reportProblems(new Map(files).set(path, JSON.parse(text) as Json), model);
    expect(problems.join("\n")).toContain("dim_user[name] is hidden from No personal data");
  });

  test("a format of a field that is not shown", () => {
    const path = "definition/pages/lending/visuals/rates_by_month/visual.json";
    const from = '"metadata": "fact_loan_application.Approval rate"';
    expect(problemsWith(path, from, '"metadata": "fact_loan_application.Fraud alerts"')).toContain("does not show");
  });

  test("every field of a visual counts: projections, tooltips, sorts and conditional formats", () => {
    const table = files.get("definition/pages/transactions/visuals/all_transactions/visual.json") ?? null;
    const named = referencesIn(table).map(({ name }) => name);
    expect(named).toEqual(expect.arrayContaining(["occurred_at", "merchant", "Fraud colour"]));
    const line = files.get("definition/pages/transactions/visuals/amount_by_day/visual.json") ?? null;
    expect(referencesIn(line).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Leading merchants", "Leading devices"]),
    );
  });
});

describe("the theme", () => {
  /** The relative luminance of a colour as #rrggbb (WCAG 2.2). */
  const luminance = (hex: string) =>
    [0.2126, 0.7152, 0.0722]
      .map((weight, index) => {
        const share = Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
        return weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
      })
      .reduce((sum, part) => sum + part, 0);
  const contrast = (one: string, other: string) => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  test("has text that can be read on its cards and its canvas (WCAG 1.4.3, 4.5 to 1)", () => {
    for (const ink of [theme.foreground, theme.foregroundNeutralSecondary, palette.bad]) {
      for (const paper of [theme.background, theme.backgroundLight]) {
        expect(contrast(ink, paper)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("has data colours that stand out on the cards (WCAG 1.4.11, 3 to 1)", () => {
    for (const colour of theme.dataColors) expect(contrast(colour, theme.background)).toBeGreaterThanOrEqual(3);
    expect(contrast("#CBD2D9", theme.background)).toBeLessThan(3);
  });
});
