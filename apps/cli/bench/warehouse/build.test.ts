import { expect, test } from "vitest";
import { timesOf } from "./build.ts";

const result = (unique_id: string, execution_time: number) => ({ unique_id, execution_time });

test("dbt's time is told by models and tests, with the slowest of both by name", () => {
  const results = [
    result("model.scoreline.fact_loan_application", 2.5),
    result("model.scoreline.dim_user", 1.25),
    ...Array.from({ length: 5 }, (_, index) => result(`test.scoreline.check_${index}.hash`, 0.1 * (index + 1))),
  ];
  const { slowest, ...times } = timesOf({ results }, 4);
  expect(times).toEqual({ models_s: 3.75, tests_s: 1.5, load_and_fact_s: 6.5 });
  expect(slowest).toHaveLength(5);
  expect(slowest.slice(0, 3)).toEqual([
    { name: "fact_loan_application", s: 2.5 },
    { name: "dim_user", s: 1.25 },
    { name: "check_4", s: 0.5 },
  ]);
});
