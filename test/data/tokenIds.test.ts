import { afterEach, expect, test, vi } from 'vitest';
import { tokenizeDocuments } from '../../src/data/source.ts';
import { TokenIds } from '../../src/data/tokenIds.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import fc from '../property.ts';

afterEach(() => void vi.unstubAllGlobals());

test('are read as they were added, however they came and wherever pieces end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint16Array({ maxLength: 40 }), { maxLength: 12 }),
      fc.constantFrom(1, 8, 64, 1 << 13),
      fc.nat(),
      fc.nat(),
      fc.boolean(),
      (parts, piece, a, b, wide) => {
        const ids = new TokenIds(wide ? Uint32Array : Uint16Array, piece);
        const all: number[] = [];
        for (const part of parts) {
          ids.append(wide ? Uint32Array.from(part) : part);
          ids.push(part.length);
          all.push(...part, part.length);
        }
        const read = () => {
          expect(ids.length).toBe(all.length);
          expect([...ids.slice()]).toEqual(all);
          const [from, end] = [a % (all.length + 1), b % (all.length + 1)].sort((x, y) => x - y) as [number, number];
          expect([...ids.slice(from, end)]).toEqual(all.slice(from, end));
          if (from < all.length) expect(ids.at(from)).toBe(all[from]);
          const into = new Uint32Array(all.length + 5).fill(7);
          ids.copy(from, end, into, 2);
          expect([...into]).toEqual([7, 7, ...all.slice(from, end), ...Array(all.length + 3 - end + from).fill(7)]);
        };
        read();
        ids.trim();
        read();
        expect(ids.bytes).toBe(all.length * (wide ? 4 : 2));
        // One that was trimmed goes on.
        ids.push(3);
        all.push(3);
        read();
      },
    ),
  );
});

/** Bytes of all arrays of integers that `work` asked for, those it has let go too. */
function askedBy(work: () => void): number {
  let bytes = 0;
  const counted = <T extends typeof Uint16Array | typeof Uint32Array>(name: 'Uint16Array' | 'Uint32Array', kind: T) =>
    vi.stubGlobal(
      name,
      new Proxy(kind, {
        construct(target, given: [unknown], newTarget) {
          const made = Reflect.construct(target, given, newTarget) as Uint16Array | Uint32Array;
          // A view of what is there asks for none.
          if (!(given[0] instanceof ArrayBuffer)) bytes += made.byteLength;
          return made;
        },
      }),
    );
  counted('Uint16Array', Uint16Array);
  counted('Uint32Array', Uint32Array);
  work();
  vi.unstubAllGlobals();
  return bytes;
}

/** Its texts are long and cost nothing. */
class Repeating extends ByteTokenizer {
  readonly #ids = new Uint32Array(1e6).fill(120);

  override encode(): Uint32Array {
    return this.#ids;
  }
}

test('of a large text are in memory once: nothing asks for an array of all of them', () => {
  const documents = Array.from({ length: 24 }, () => ({ source: 's', text: 'x' }));
  const tokenizer = new Repeating();
  let tokens = new TokenIds(Uint16Array);
  const asked = askedBy(() => ({ tokens } = tokenizeDocuments(documents, tokenizer)));
  expect(tokens.length).toBe(24 * (1e6 + 1));
  expect(tokens.bytes).toBe(2 * tokens.length);
  // All ids once, what the last piece of 8 MB does not use, less than another one while the first doubles, and a few starts.
  expect(asked).toBeLessThan(2 * tokens.length + 2 * 2 ** 23 + 1e4);
  // What the test can see: `slice` makes no view.
  expect(askedBy(() => tokens.slice())).toBe(4 * tokens.length);
});
