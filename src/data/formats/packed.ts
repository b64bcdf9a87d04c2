/** What is known of packed files before anything is unpacked. */

/** Real text packs to a third or a quarter; what unpacks to more than this many times its size is a bomb. */
const LARGEST_RATIO = 20;
/** A small file may be as monotonous as it likes: so many bytes do no harm. */
const ALWAYS_ALLOWED = 1 << 24;
/** Bytes that a packed file of a size may unpack to. */
export const mostUnpacked = (size: number, limit: number): number =>
  Math.min(limit, Math.max(ALWAYS_ALLOWED, LARGEST_RATIO * size));

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}
