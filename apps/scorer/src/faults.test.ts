import { DeliveryFailed, ProducerBusy } from "@scoreline/kafka";
import { MongoNetworkError } from "mongodb";
import { describe, expect, test } from "vitest";
import { Dropped, faultOf, persist, wait } from "./faults.ts";

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error("words that mean nothing"), { code, ...more });

describe("faults are told apart by their codes", () => {
  test.each([
    ["an id that another partition recorded", coded("23505", { constraint: "credit_scores_pkey" }), "contended"],
    ["a deadlock", coded("40P01"), "contended"],
    ["a serialization failure", coded("40001"), "contended"],
    ["a place in the stream that was settled before", coded("23505", { constraint: "failed_records_pkey" }), "unknown"],
    ["a failed check", coded("23514"), "refused"],
    ["a value out of range", coded("22003"), "refused"],
    ["a character that cannot be stored", coded("22P05"), "refused"],
    ["a row that is too large", coded("54000"), "refused"],
    ["a view's check option", coded("44000"), "refused"],
    ["a trigger that raises", coded("P0001"), "refused"],
    ["a trigger that raises SQL's own code", coded("45000"), "refused"],
    ["a table that is missing", coded("42P01"), "unknown"],
    ["a privilege that is missing", coded("42501"), "unknown"],
    ["a login that is refused", coded("28P01"), "unknown"],
    ["a database that is missing", coded("3D000"), "unknown"],
    ["a corrupted index", coded("XX002"), "unknown"],
    ["a statement that Postgres does not understand", coded("42601"), "unknown"],
    ["a statement that took too long", coded("57014"), "unavailable"],
    ["a lock that is held", coded("55P03"), "unavailable"],
    ["too little memory", coded("53200"), "unavailable"],
    ["a disk that fails", coded("58030"), "unavailable"],
    ["a commit that nobody knows of", coded("40003"), "unavailable"],
    ["a server that shuts down", coded("57P01"), "unavailable"],
    ["a full disk", coded("53100"), "unavailable"],
    ["too many connections", coded("53300"), "unavailable"],
    ["a read-only server", coded("25006"), "unavailable"],
    ["a refused connection", coded("ECONNREFUSED"), "unavailable"],
    ["a lost connection", coded("CONNECTION_CLOSED"), "unavailable"],
    ["a query without an answer", coded("UNANSWERED"), "unavailable"],
    ["a pipe that broke", coded("EPIPE"), "unavailable"],
    ["a connection that took too long", coded("CONNECT_TIMEOUT"), "unavailable"],
    ["a value that the driver cannot send", coded("UNDEFINED_VALUE"), "unknown"],
    ["a full producer", new ProducerBusy(), "unavailable"],
    ["an undelivered record", new DeliveryFailed("away", { retryable: true }), "unavailable"],
    ["MongoDB away", new MongoNetworkError("away"), "unavailable"],
    ["a defect of ours", new TypeError("x is not a function"), "unknown"],
    ["a defect that Node names", coded("ERR_INVALID_ARG_TYPE"), "unknown"],
    ["something thrown that is no error", undefined, "unknown"],
  ])("$0: $2", (_, error, fault) => {
    expect(faultOf(error)).toBe(fault);
  });
});

describe("persist", () => {
  const never = new AbortController().signal;

  test("repeats while the sink is away and tells each failure", async () => {
    const heard: unknown[] = [];
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      if (attempts < 3) throw coded("ECONNREFUSED");
      return "done";
    };
    expect(await persist(attempt, never, (error) => heard.push(error))).toBe("done");
    expect([attempts, heard.length]).toEqual([3, 2]);
  });

  test.each(["23514", "23505"])("throws what waiting cannot mend at once: SQLSTATE %s", async (code) => {
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      throw coded(code);
    };
    await expect(persist(attempt, never, () => {})).rejects.toMatchObject({ code });
    expect(attempts).toBe(1);
  });

  test("ends with Dropped as soon as the partition is given up, in the middle of a wait too", async () => {
    const drop = new AbortController();
    const attempt = async () => {
      throw coded("ECONNREFUSED");
    };
    await expect(persist(attempt, drop.signal, () => drop.abort())).rejects.toBeInstanceOf(Dropped);
    await expect(
      persist(
        async () => "done",
        drop.signal,
        () => {},
      ),
    ).rejects.toBeInstanceOf(Dropped);
  });
});

test("a wait ends when it is aborted, and at once when it was aborted before", async () => {
  const drop = new AbortController();
  const waiting = wait(60_000, drop.signal);
  drop.abort();
  await waiting;
  await wait(60_000, drop.signal);
});
