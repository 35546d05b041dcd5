import { expect, test } from "vitest";
import { bearerOf, createApiKeys } from "./apiKeys.ts";
import { nodeRuntime } from "./runtime.node.ts";

test("only the exact key is known", () => {
  const keys = createApiKeys(["first-key", "second-key"], nodeRuntime.sha256);
  expect(["first-key", "second-key"].every((key) => keys.has(key))).toBe(true);
  expect(["", "first-ke", "first-key ", "First-key", "first-key,second-key"].some((key) => keys.has(key))).toBe(false);
});

test("only a Bearer token is read from the header", () => {
  expect(bearerOf("Bearer abc.DEF-1_~+/==")).toBe("abc.DEF-1_~+/==");
  for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a,b"]) {
    expect(bearerOf(header)).toBeUndefined();
  }
});
