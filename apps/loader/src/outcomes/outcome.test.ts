import { expect, test } from "vitest";
import { type OutcomeColumn, readOutcome } from "./outcome.ts";

const good = { application_id: "app-1", booked: "true", bad: "false", exposure: "1250.50", matured_at: "2026-01-31" };
const read = (changes: Partial<Record<OutcomeColumn, string>>) => readOutcome({ ...good, ...changes });
const outcome = (changes: Partial<Record<OutcomeColumn, string>>) => {
  const result = read(changes);
  return result.ok ? result.outcome : result.failures;
};

test("an outcome is read in every form that the documentation names", () => {
  expect(outcome({})).toEqual({
    application_id: "app-1",
    booked: true,
    bad: false,
    exposure: "1250.50",
    matured_at: "2026-01-31T00:00:00.000Z",
  });
  expect(outcome({ booked: "0", bad: "", exposure: "0", matured_at: "" })).toMatchObject({
    booked: false,
    bad: null,
    exposure: "0.00",
    matured_at: null,
  });
  expect(outcome({ booked: " TRUE ", bad: "1", exposure: "7", matured_at: "2026-01-31T09:30:00+02:00" })).toMatchObject(
    {
      booked: true,
      bad: true,
      exposure: "7.00",
      matured_at: "2026-01-31T07:30:00.000Z",
    },
  );
  expect(outcome({ matured_at: "2026-01-31 09:30" })).toMatchObject({ matured_at: "2026-01-31T09:30:00.000Z" });
});

test("a flag, an id, an amount or a moment that is none is refused with its field and the fix", () => {
  for (const [changes, words] of [
    [{ application_id: "" }, "application_id is empty; send the id of the application."],
    [{ application_id: "a b" }, 'application_id is the string "a b"; send 1-64 characters'],
    [{ booked: "" }, "booked is empty; send true, false, 1 or 0."],
    [{ bad: "maybe" }, 'bad is "maybe"; send true, false, 1, 0 or nothing.'],
    [{ exposure: "" }, "exposure is empty; send the amount lent, 0 where there was none."],
    [{ exposure: "-5" }, 'exposure is the string "-5"; it must be greater than 0'],
    [{ exposure: "0.001" }, "at most two decimals"],
    [{ exposure: "1e3" }, "send an amount such as"],
    [{ matured_at: "31.01.2026" }, 'matured_at is "31.01.2026"; send a date or a moment'],
    [{ matured_at: "2026-02-30" }, 'matured_at is "2026-02-30"; send a date or a moment'],
  ] as const) {
    const result = read(changes);
    expect(result.ok ? [] : result.failures.map(({ detail }) => detail)).toEqual([expect.stringContaining(words)]);
  }
});

test("every rule that a row breaks is told at once", () => {
  const result = read({ booked: "x", bad: "y", exposure: "z", matured_at: "w" });
  expect(result.ok ? [] : result.failures.map(({ pointer }) => pointer)).toEqual([
    "/booked",
    "/bad",
    "/exposure",
    "/matured_at",
  ]);
});

test("a loan that was never booked cannot have gone bad", () => {
  expect(outcome({ booked: "false", bad: "true" })).toMatchObject([
    { pointer: "/bad", detail: "bad is true on a loan that was never booked; mend booked or bad." },
  ]);
  expect(outcome({ booked: "false", bad: "0" })).toMatchObject({ booked: false, bad: false });
});
