import { randomUUID } from "node:crypto";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, inject } from "vitest";

/** An empty database of a test file's own on the shared server, there while its tests run; gives a pool on it. */
export function testDatabase(): () => Database {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  let server: Database;
  let database: Database;
  beforeAll(async () => {
    const url = new URL(inject("env").CREDITDB_URL);
    server = connectPostgres(String(url), { app: "cli-tests", connectionsMax: 1 });
    await server`create database ${server(name)}`;
    url.pathname = `/${name}`;
    database = connectPostgres(String(url), { app: "cli-tests" });
  });
  afterAll(async () => {
    await database.end();
    await server`drop database ${server(name)} with (force)`;
    await server.end();
  });
  return () => database;
}
