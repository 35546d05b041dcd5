import { expect, test } from "vitest";
import vectors from "../vectors/murmur2.json" with { type: "json" };
import { murmur2, partitionForKey } from "./murmur2.ts";

test("every key hashes as the Java client hashes it", () => {
  const ours = vectors.vectors.map(({ key }) => murmur2(new TextEncoder().encode(key)));
  expect(ours).toEqual(vectors.vectors.map((vector) => vector.murmur2));
});

test("every key lies on the partition that the Java client chooses", () => {
  const ours = vectors.vectors.map(({ key }) => partitionForKey(key, vectors.partitions));
  expect(ours).toEqual(vectors.vectors.map((vector) => vector.partition));
  expect(new Set(ours).size).toBe(vectors.partitions);
});
