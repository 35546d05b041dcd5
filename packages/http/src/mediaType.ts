/**
 * The media type of a body that is UTF-8 and not encoded, in lower case and without parameters; or the sentence that says
 * why the body cannot be read. `headers` looks up a header by its name.
 */
export function mediaTypeOf(
  headers: (name: "content-type" | "content-encoding") => string | undefined,
): { ok: true; type: string } | { ok: false; detail: string } {
  const encoding = headers("content-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return { ok: false, detail: "Send the body without a content encoding." };
  }
  const [type = "", ...parameters] = (headers("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  if (charset && !/^charset="?utf-8"?$/.test(charset)) return { ok: false, detail: "Send the body in UTF-8." };
  return { ok: true, type: type.trim() };
}
