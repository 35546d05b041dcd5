import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import type { Home, HomeState } from "../home.ts";
import type { ServiceDefinition } from "../service.ts";
import { postgresUrl } from "./postgres.ts";

const serverSelectionMsMax = 3_000;

/** The address clients use: the user's own server's, or the stack's. */
export const mongoUrl = (state: HomeState): string =>
  state.externalMongoUrl ?? `mongodb://127.0.0.1:${state.ports.mongo}/`;

/** Resolves when the server answers a ping. */
export async function mongoAnswers(url: string): Promise<void> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: serverSelectionMsMax,
    connectTimeoutMS: serverSelectionMsMax,
  });
  try {
    await client.db("admin").command({ ping: 1 });
  } finally {
    await client.close();
  }
}

/** MongoDB itself, on the loopback address. */
export function mongodService(home: Home, state: HomeState, mongod: string): ServiceDefinition {
  const data = join(home.dataDir, "mongo");
  return {
    name: "mongo",
    command: mongod,
    args: ["--dbpath", data, "--bind_ip", "127.0.0.1", "--port", String(state.ports.mongo), "--quiet"],
    stopTimeoutMsMax: 30_000,
    prepare: async () => {
      mkdirSync(data, { recursive: true });
    },
    ready: () => mongoAnswers(mongoUrl(state)),
  };
}

/** FerretDB: MongoDB's protocol over the stack's Postgres. */
export function ferretdbService(state: HomeState, ferretdb: string): ServiceDefinition {
  return {
    name: "mongo",
    command: ferretdb,
    args: [],
    env: {
      FERRETDB_LISTEN: `127.0.0.1:${state.ports.mongo}`,
      FERRETDB_POSTGRESQL_URL: postgresUrl(state, "ferretdb"),
    },
    dependsOn: ["postgres"],
    ready: () => mongoAnswers(mongoUrl(state)),
  };
}
