import { expect, inject, onTestFinished, test } from "vitest";
import { connectMongo } from "../src/mongo/index.ts";
import { doorBefore } from "./door.ts";
import { newMongo } from "./mongo.ts";

/** A database of the test's own by way of a door, as an app connects to it. */
async function behindDoor() {
  const { databaseName } = await newMongo();
  const door = await doorBefore(inject("env").MONGO_URL as string);
  const { client } = connectMongo(door.url, { app: "stores-tests", answerMsMax: 500 });
  onTestFinished(() => client.close());
  const places = client.db(databaseName).collection<{ _id: string }>("places");
  const write = (id: string) => places.insertOne({ _id: id }).then(() => "written", String);
  return { door, write };
}

test("a server that takes what is written and never answers fails it in time, and serves on once it answers", async () => {
  const { door, write } = await behindDoor();
  expect(await write("1")).toBe("written");
  door.silent = true;
  expect(await write("2")).toMatch(/timed out/);
  door.silent = false;
  await expect.poll(() => write("3"), { timeout: 30_000 }).toBe("written");
});

test("a server that is away at first, for longer than an operation waits, is connected to once it is there", async () => {
  const { door, write } = await behindDoor();
  door.open = false;
  expect(await Promise.all([write("1"), write("2")])).toEqual([
    expect.stringMatching(/^Mongo/),
    expect.stringMatching(/^Mongo/),
  ]);
  door.open = true;
  await expect.poll(() => write("3"), { timeout: 30_000 }).toBe("written");
});

test("a server that ends all connections at once, one in use, is connected to again", async () => {
  const { door, write } = await behindDoor();
  expect(await write("1")).toBe("written");
  door.silent = true;
  // The driver looks at a server at once only if its last look is half a second ago.
  await new Promise((resolve) => setTimeout(resolve, 600));
  const pending = write("2");
  await new Promise((resolve) => setTimeout(resolve, 100));
  door.cut();
  door.silent = false;
  expect(await pending).toMatch(/closed/);
  await expect.poll(() => write("3"), { timeout: 30_000 }).toBe("written");
});
