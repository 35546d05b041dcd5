import { expect, test } from "vitest";
import { application, fraudCheck, parsed, recorded } from "../../test/support.ts";

test("a recorded decision is read as it was answered", async () => {
  const { ask, post, appended, score } = fraudCheck();
  const answered = post(application());
  await appended(1);
  score(0n);
  const read = await ask("/v1/decisions/A-1");
  expect(read.status).toBe(200);
  expect(await read.json()).toEqual(await (await answered).json());
});

test("an application that is not decided is 404, and asking decides nothing", async () => {
  const { ask, producer } = fraudCheck();
  const response = await ask("/v1/decisions/A-1");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: "not_found" });
  expect(producer.records("credit_applications")).toEqual([]);
});

test("an id in any of its allowed characters is found, percent-encoded too", async () => {
  const { ask, store } = fraudCheck();
  store.decisions.set("a_Z.9:-", recorded({ application: parsed({ application_id: "a_Z.9:-" }) }));
  expect((await ask("/v1/decisions/a_Z.9:-")).status).toBe(200);
  expect((await ask("/v1/decisions/a_Z.9%3A-")).status).toBe(200);
});

test.each(["a%20b", "%00", "a%2Fb", "x".repeat(65), "%E4"])(
  "%s is no application_id: 422, and nothing is read",
  async (id) => {
    const { ask, store } = fraudCheck();
    const response = await ask(`/v1/decisions/${id}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/application_id" }],
    });
    expect(store.reads).toBe(0);
  },
);

test("a store that is away is 503 with a time to retry, and says nothing of its inside", async () => {
  const { ask, store } = fraudCheck();
  store.away = true;
  const response = await ask("/v1/decisions/A-1");
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  const text = await response.text();
  expect(text).toContain("store_unavailable");
  expect(text).not.toContain("secret");
});
