import { expect, test, vi } from "vitest";
import type { Logger } from "../logger.ts";
import { exportNotice } from "./exportNotice.ts";

test("lost spans are told at once, then once a minute with how many there were", () => {
  const warn = vi.fn();
  let nowMs = 5;
  const notice = exportNotice({ warn } as unknown as Logger, () => nowMs);
  for (let failure = 0; failure < 100; failure += 1) notice(512, "ECONNREFUSED");
  expect(warn).toHaveBeenCalledTimes(1);
  nowMs += 60_000;
  notice(1, "ETIMEDOUT");
  expect(warn).toHaveBeenCalledTimes(2);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    { dropped: 512, error: "ECONNREFUSED" },
    { dropped: 99 * 512 + 1, error: "ETIMEDOUT" },
  ]);
});
