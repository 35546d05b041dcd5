/** Bytes that came in, or the reason why they are not a text. */
export type BodyText = { ok: true; text: string } | { ok: false; problem: "too large" | "not UTF-8" };

/** Reads a whole body of at most `bytesMax`, also when it comes without a length. */
export async function readText(request: Request, bytesMax: number): Promise<BodyText> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > bytesMax) return { ok: false, problem: "too large" };
  // The HTTP server holds a sender to the length it announced (RFC 9112, section 6.2).
  const bytes = announced <= bytesMax ? new Uint8Array(await request.arrayBuffer()) : await readUpTo(request, bytesMax);
  if (!bytes) return { ok: false, problem: "too large" };
  const text = decode(bytes);
  return text === undefined ? { ok: false, problem: "not UTF-8" } : { ok: true, text };
}

async function readUpTo(request: Request, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return concat(chunks);
}

/** One line of a streamed body. `text` is undefined when the line is longer than the bound or not UTF-8. */
export type Line = { number: number } & BodyText;

/** Splits a body into lines as it comes in; blank lines are counted and left out. Holds one line at most. */
export async function* readLines(body: ReadableStream<Uint8Array> | null, bytesMax: number): AsyncGenerator<Line> {
  let number = 0;
  let held: Uint8Array[] = [];
  let size = 0;
  const hold = (part: Uint8Array) => {
    size += part.byteLength;
    // The rest of a line that is too long is read past, not kept.
    if (size <= bytesMax) held.push(part);
    else held = [];
  };
  const finish = (): Line | undefined => {
    number += 1;
    const line = toLine(number, held, size > bytesMax);
    held = [];
    size = 0;
    return line.ok && line.text.trim() === "" ? undefined : line;
  };
  for await (const chunk of body ?? []) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      hold(chunk.subarray(from, end));
      from = end + 1;
      const line = finish();
      if (line) yield line;
    }
    hold(chunk.subarray(from));
  }
  const last = size > 0 ? finish() : undefined;
  if (last) yield last;
}

function toLine(number: number, parts: Uint8Array[], tooLarge: boolean): Line {
  if (tooLarge) return { number, ok: false, problem: "too large" };
  const text = decode(concat(parts));
  return text === undefined ? { number, ok: false, problem: "not UTF-8" } : { number, ok: true, text };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The text of UTF-8 bytes; undefined when they are not (RFC 8259, section 8.1 asks for UTF-8). */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
