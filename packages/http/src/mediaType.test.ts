import { expect, test } from "vitest";
import { mediaTypeOf } from "./mediaType.ts";

const typeOf = (headers: Record<string, string>) => mediaTypeOf((name) => headers[name]);

test("the type is read without its parameters, whatever its case", () => {
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json ;x",
  ]) {
    expect(typeOf({ "content-type": type })).toEqual({ ok: true, type: "application/json" });
  }
  expect(typeOf({})).toEqual({ ok: true, type: "" });
  expect(typeOf({ "content-encoding": "identity", "content-type": "a/b" })).toEqual({ ok: true, type: "a/b" });
});

test("what is encoded or not in UTF-8 is refused with what to send", () => {
  expect(typeOf({ "content-encoding": "gzip" })).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/encoding/),
  });
  for (const charset of ["utf-16", '"latin1"', "utf-8859"]) {
    const refused = typeOf({ "content-type": `application/json; charset=${charset}` });
    expect(refused).toMatchObject({ ok: false, detail: expect.stringMatching(/UTF-8/) });
  }
});
