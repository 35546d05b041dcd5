import { access, open, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";

/** A file that is being read. */
export type InputFile = {
  bytes: NodeJS.ReadableStream & AsyncIterable<Uint8Array>;
  size: number;
  bytesRead(): number;
  close(): void;
};

/** A text file, or standard output, that is being written. */
export type Sink = { write(text: string): Promise<void>; close(): Promise<void> };

export type Files = {
  /** Throws `UsageError` when there is no such file to be read. */
  read(path: string): Promise<InputFile>;
  readText(path: string): Promise<string>;
  /** `-` is standard output. Throws `UsageError` when the file cannot be made. */
  write(path: string): Promise<Sink>;
  /** The path of a mapping: `nameOrPath` itself where it is a file, else the one of that name that comes with Scoreline. */
  mapPath(nameOrPath: string): Promise<string>;
};

export const systemFiles: Files = {
  async read(path) {
    const handle = await open(path).catch(refuse(path, "read"));
    const status = await handle.stat();
    if (status.isDirectory()) {
      await handle.close();
      throw new UsageError(`${path} cannot be read: it is a folder`);
    }
    const { size } = status;
    const stream = handle.createReadStream();
    return { bytes: stream, size, bytesRead: () => stream.bytesRead, close: () => stream.destroy() };
  },

  async readText(path) {
    return await readFile(path, "utf8").catch(refuse(path, "read"));
  },

  async write(path) {
    if (path === "-") return sinkOf(process.stdout, false);
    const handle = await open(path, "w").catch(refuse(path, "written"));
    return sinkOf(handle.createWriteStream(), true);
  },

  async mapPath(nameOrPath) {
    if (await exists(nameOrPath)) return nameOrPath;
    const shipped = fileURLToPath(new URL(`../../maps/${nameOrPath}.yaml`, import.meta.url));
    return /^[\w-]+$/.test(nameOrPath) && (await exists(shipped)) ? shipped : nameOrPath;
  },
};

function refuse(path: string, done: "read" | "written"): (error: Error) => never {
  return (error) => {
    throw new UsageError(`${path} cannot be ${done}: ${error.message}`, { cause: error });
  };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function sinkOf(stream: NodeJS.WritableStream, closing: boolean): Sink {
  let failure: Error | undefined;
  stream.on("error", (error: Error) => {
    failure = error;
  });
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        if (stream.write(text)) return resolve();
        const settle = () => {
          stream.off("drain", settle).off("error", settle);
          if (failure) reject(failure);
          else resolve();
        };
        stream.on("drain", settle).on("error", settle);
      }),
    close: () =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        if (!closing) return resolve();
        stream.on("error", reject);
        stream.end(resolve);
      }),
  };
}
