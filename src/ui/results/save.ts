/** Files out of the page. */

/** Bytes handed to the zip at a time, between which the page may breathe: some 4 ms of checksum. */
const CHUNK = 4 << 20;

/**
 * A zip of the files, stored and not deflated (weights do not compress). fflate is loaded at the first use, and works
 * in chunks: a hundred megabytes of checksum in one go would stop the page for a quarter of a second.
 */
export async function zipped(files: { name: string; bytes: Uint8Array }[]): Promise<Blob> {
  const { Zip, ZipPassThrough } = await import('fflate');
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let problem: Error | null = null;
  const zip = new Zip((error, part) => {
    if (error) problem = error;
    else parts.push(part as Uint8Array<ArrayBuffer>);
  });
  for (const { name, bytes } of files) {
    const entry = new ZipPassThrough(name);
    zip.add(entry);
    for (let at = 0; at < bytes.length || at === 0; at += CHUNK) {
      const end = Math.min(at + CHUNK, bytes.length);
      entry.push(bytes.subarray(at, end), end === bytes.length);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  zip.end();
  if (problem) throw problem;
  return new Blob(parts, { type: 'application/zip' });
}

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the blob once it has begun; a minute is far more than that takes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
