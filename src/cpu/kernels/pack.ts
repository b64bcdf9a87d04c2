/**
 * Packing: a matrix is laid out again as the micro-kernel reads it. A panel is 4 rows of A or 8 columns of B; it holds, for every inner
 * step, its elements side by side. Where the matrix ends inside a panel, its last row or columns are repeated: what the micro-kernel
 * makes of them is not stored.
 */
import { f32, f32x4, type Func, i32, type Local, type Locals, type Module } from '../../util/wasm.ts';
import { plus, times } from './arithmetic.ts';
import { tileColumns, tileRows } from './micro.ts';

type Four = [Local, Local, Local, Local];

/** The columns of a 4×4 block whose rows are given. */
export function transpose(f: Func, rows: readonly Local[]): Four {
  const [a, b, c, d] = rows as Four;
  const [ab, cd] = [f.let(f32x4.shuffle(a, b, [0, 4, 1, 5])), f.let(f32x4.shuffle(c, d, [0, 4, 1, 5]))];
  const [AB, CD] = [f.let(f32x4.shuffle(a, b, [2, 6, 3, 7])), f.let(f32x4.shuffle(c, d, [2, 6, 3, 7]))];
  return [
    f.let(f32x4.shuffle(ab, cd, [0, 1, 4, 5])),
    f.let(f32x4.shuffle(ab, cd, [2, 3, 6, 7])),
    f.let(f32x4.shuffle(AB, CD, [0, 1, 4, 5])),
    f.let(f32x4.shuffle(AB, CD, [2, 3, 6, 7])),
  ];
}

/**
 * packRows(source, target, panel, stride, lines, K): `lines` lines of K elements, `stride` bytes apart, into panels of `width` lines,
 * `panel` bytes from one to the next.
 */
function packLines(module: Module, name: string, width: number): Func {
  const f = module.func(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, target, panel, stride, lines, K] = f.parameters as unknown as Locals;
  const four = f.let(i32.and(K, i32.const(-4)));
  f.for(i32.const(0), lines, width, (line) => {
    const last = f.let(i32.sub(i32.sub(lines, line), i32.const(1)));
    const from = Array.from({ length: width }, (_, i) =>
      f.let(i32.add(source, times(stride, i32.min(i32.const(i), last)))),
    );
    const to = f.let(target);
    const advance = (elements: number): void => {
      for (const one of from) f.set(one, plus(one, 4 * elements));
      f.set(to, plus(to, 4 * elements * width));
    };
    f.for(i32.const(0), four, 4, () => {
      for (let i = 0; i < width; i += 4) {
        const rows = from.slice(i, i + 4).map((one) => f.let(f32x4.load(one)));
        transpose(f, rows).forEach((column, k) => f.store(to, column, 4 * (width * k + i)));
      }
      advance(4);
    });
    f.for(four, K, 1, () => {
      from.forEach((one, i) => f.store(to, f32.load(one), 4 * i));
      advance(1);
    });
    f.set(source, i32.add(source, times(stride, i32.const(width))));
    f.set(target, i32.add(target, panel));
  });
  return f;
}

/**
 * packColumns(source, target, panel, stride, columns, K): K lines of `columns` elements, a multiple of 4, into panels of `width`
 * columns. Four panels at a time, so that what one line of the cache holds is read at once.
 */
function packColumns(module: Module, name: string, width: number): Func {
  const f = module.func(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, target, panel, stride, columns, K] = f.parameters as unknown as Locals;
  const vectors = width / 4;
  const left = f.let(columns);
  const copy = (panels: number, partial: boolean): void => {
    const to = Array.from({ length: panels }, (_, i) => f.let(i32.add(target, times(panel, i32.const(i)))));
    const from = f.let(source);
    f.for(i32.const(0), K, 1, () => {
      to.forEach((one, i) => {
        for (let j = 0; j < vectors; j++)
          f.store(one, f32x4.load(from, 16 * (i * vectors + (partial ? 0 : j))), 16 * j);
      });
      f.set(from, i32.add(from, stride));
      for (const one of to) f.set(one, plus(one, 4 * width));
    });
    f.set(source, plus(source, 4 * width * panels));
    f.set(target, i32.add(target, times(panel, i32.const(panels))));
    f.set(left, plus(left, -width * panels));
  };
  const whilePanels = (panels: number): void =>
    f.when(i32.ge(left, i32.const(panels * width)), () =>
      f.repeat(() => copy(panels, false), i32.ge(left, i32.const(panels * width))),
    );
  whilePanels(4);
  whilePanels(1);
  f.when(i32.lt(i32.const(0), left), () => copy(1, true));
  return f;
}

export interface Packs {
  /** A (M, K) by lines. */
  a: Func;
  /** A whose lines are inner steps: (K, M). */
  aTransposed: Func;
  /** B (K, N) by lines. */
  b: Func;
  /** B whose lines are columns: (N, K). */
  bTransposed: Func;
}

export const packs = (module: Module): Packs => ({
  a: packLines(module, 'packA', tileRows),
  aTransposed: packColumns(module, 'packTransposedA', tileRows),
  b: packColumns(module, 'packB', tileColumns),
  bTransposed: packLines(module, 'packTransposedB', tileColumns),
});
