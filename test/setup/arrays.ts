/** Arrays of bytes or numbers are compared as memory: Vitest compares them element by element, some microseconds each. */
import { expect } from 'vitest';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** true: of one kind and with the same bits. Where bits differ Vitest decides, and says where. */
function sameMemory(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) || undefined;
}

// Vitest keeps testers as long as the process, which the files of a tier share.
const process = globalThis as { comparesMemory?: true };
if (!process.comparesMemory) expect.addEqualityTesters([sameMemory]);
process.comparesMemory = true;
