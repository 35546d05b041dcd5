import { expect, test } from "vitest";
import { parsed } from "../test/support.ts";
import { Appended } from "./appended.ts";

const place = (offset: bigint) => ({ topic: "a", partition: 0, offset });
const one = (id: string, changes: Record<string, unknown> = {}) => parsed({ application_id: id, ...changes });

test("only the same application is known, until it is forgotten", () => {
  const appended = new Appended(10);
  appended.add(one("A"), place(4n));
  expect(appended.placeOf(one("A", { loan_amount: "1250.5" }))).toEqual(place(4n));
  expect(appended.placeOf(one("A", { loan_amount: 1250.51 }))).toBeUndefined();
  expect(appended.placeOf(one("B"))).toBeUndefined();
  appended.forget("A");
  expect(appended.placeOf(one("A"))).toBeUndefined();
});

test("of two records of one id the first is kept", () => {
  const appended = new Appended(10);
  appended.add(one("A"), place(4n));
  appended.add(one("A"), place(5n));
  appended.add(one("A", { credit_score: 800 }), place(6n));
  expect(appended.placeOf(one("A"))).toEqual(place(4n));
});

test("beyond the bound the oldest is forgotten", () => {
  const appended = new Appended(2);
  for (const [offset, id] of ["A", "B", "C"].entries()) appended.add(one(id), place(BigInt(offset)));
  expect(["A", "B", "C"].map((id) => appended.placeOf(one(id))?.offset)).toEqual([undefined, 1n, 2n]);
});
