const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const encoder = new TextEncoder();

/** Java's `org.apache.kafka.common.utils.Utils.murmur2`: a signed 32-bit hash of the bytes. */
export function murmur2(data: Uint8Array): number {
  return hashOf(data, data.length);
}

/** The hash of the first `length` bytes. */
function hashOf(data: Uint8Array, length: number): number {
  const tail = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < tail; at += 4) {
    let block =
      byteAt(data, at) | (byteAt(data, at + 1) << 8) | (byteAt(data, at + 2) << 16) | (byteAt(data, at + 3) << 24);
    block = Math.imul(block, multiplier);
    block ^= block >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(block, multiplier);
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at -= 1) hash ^= byteAt(data, at) << (8 * (at - tail));
    hash = Math.imul(hash, multiplier);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

function byteAt(data: Uint8Array, at: number): number {
  return data[at] as number;
}

/** The partition of a key (a string by its UTF-8 bytes) among `partitions`, as Java's `BuiltInPartitioner.partitionForKey` gives it. */
export function partitionForKey(key: string | Uint8Array, partitions: number): number {
  const hash = typeof key === "string" ? hashOfText(key) : murmur2(key);
  return (hash & 0x7fffffff) % partitions;
}

/** A short key of ASCII, as every identifier is, is hashed from here: an encoder takes ten times as long. */
const scratch = new Uint8Array(64);

function hashOfText(text: string): number {
  if (text.length > scratch.length) return murmur2(encoder.encode(text));
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return murmur2(encoder.encode(text));
    scratch[at] = code;
  }
  return hashOf(scratch, text.length);
}
