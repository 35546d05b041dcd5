import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A door before a server, which the test opens, shuts and cuts connections at. */
export type Door = {
  /** The server's URL by way of the door. */
  url: string;
  /** Attempts to connect so far. */
  attempts: number;
  open: boolean;
  /** What the server answers does not come through. */
  silent: boolean;
  /** Cuts every connection that is there. */
  cut(): void;
};

/** Listens before the server of `url`; a connection that comes while it is not open is reset. */
export async function doorBefore(url: string): Promise<Door> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    door.attempts += 1;
    if (!door.open) return void client.resetAndDestroy();
    const upstream = connect(Number(target.port), target.hostname);
    keep(client);
    keep(upstream);
    client.pipe(upstream);
    upstream.on("data", (bytes) => door.silent || client.write(bytes));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as { port: number }).port);
  const door: Door = {
    url: String(through),
    attempts: 0,
    open: true,
    silent: false,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
  onTestFinished(() => {
    door.cut();
    server.close();
  });
  return door;
}
