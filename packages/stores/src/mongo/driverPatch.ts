import { createRequire } from "node:module";
import type { Socket } from "node:net";

type Connection = { socket: Socket; cleanup(error: Error): void };

const { Connection } = createRequire(import.meta.url)("mongodb/lib/cmap/connection.js") as {
  Connection: { prototype: Connection };
};

/**
 * The driver (7.9) writes to a connection that the server has ended and whose close is not told yet, and then waits without
 * end for it to take more, whatever timeouts it was given. Its look at the server does so when the server ends all of its
 * connections at once beside an operation under way: then no operation finds a server ever after. Here a connection that
 * closes ends that wait, and what waited finds it closed.
 */
const { cleanup } = Connection.prototype;
Connection.prototype.cleanup = function (error) {
  cleanup.call(this, error);
  this.socket.emit("drain");
};
