/**
 * The micro-kernel of matrix products, as in BLIS (Van Zee & van de Geijn 2015): a tile of C, 4 rows by 8 columns, is kept in registers
 * while packed panels of A and B stream past it.
 *
 * x86 has 16 vector registers, V8 keeps one for itself. 4×8 takes eight for the tile, and the six loads of an inner step can all be
 * under way: V8 20's compiler moves a step's loads before its arithmetic. 6×8, which other compilers like, spills there and runs at 18
 * GFLOP a CPU-second where 4×8 does 43 (a Zen 3 core whose arithmetic peaks at 49). For the same reason the loop is not unrolled here.
 */
import { type Expr, f32x4, type Func, i32, type Local, type Locals, type Module } from '../../util/wasm.ts';
import { isZero, type Madd, plus, times } from './arithmetic.ts';

export const tileRows = 4;
export const tileColumns = 8;

/** Rounded up to whole panels. */
export const paddedRows = (m: number): number => Math.ceil(m / tileRows) * tileRows;
export const paddedColumns = (n: number): number => Math.ceil(n / tileColumns) * tileColumns;

/**
 * micro(a, b, c, c0, K, stride, rows, columns): the tile of C at `c` = panel a · panel b, plus the tile at `c0` unless that is 0. Lines
 * of C are `stride` bytes apart. Only the first `rows` rows are written, and of columns four where there are no more than that.
 */
function micro(module: Module, madd: Madd): Func {
  const f = module.func('micro', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, b, c, c0, K, stride, rows, columns] = f.parameters as unknown as Locals;
  const vectors = tileColumns / 4;
  const tile = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => f.let(f32x4.const(0))));
  f.repeat(() => {
    const right = tile[0]!.map((_, j) => f.let(f32x4.load(b, 16 * j)));
    tile.forEach((row, i) => {
      const left = f.let(f32x4.loadSplat(a, 4 * i));
      row.forEach((sum, j) => f.set(sum, madd(left, right[j]!, sum)));
    });
    f.set(a, plus(a, 4 * tileRows));
    f.set(b, plus(b, 4 * tileColumns));
    f.set(K, plus(K, -1));
  }, K);

  const eachInside = (body: (row: Local[], i: number, columns: number) => void): void =>
    f.when(
      i32.lt(i32.const(4), columns),
      () => tile.forEach((row, i) => f.when(i32.lt(i32.const(i), rows), () => body(row, i, vectors))),
      () => tile.forEach((row, i) => f.when(i32.lt(i32.const(i), rows), () => body(row, i, 1))),
    );
  f.when(c0, () =>
    eachInside((row, _, count) => {
      for (let j = 0; j < count; j++) f.set(row[j]!, f32x4.add(row[j]!, f32x4.load(c0, 16 * j)));
      f.set(c0, i32.add(c0, stride));
    }),
  );
  eachInside((row, _, count) => {
    for (let j = 0; j < count; j++) f.store(c, row[j]!, 16 * j);
    f.set(c, i32.add(c, stride));
  });
  return f;
}

/**
 * tiles(a, aPanel, b, bPanel, c, c0, K, stride, M, N): C = A · B (+ C0) of packed panels, `aPanel` and `bPanel` bytes from one to the
 * next. Four columns of C are written even where N leaves fewer. A panel of B stays in the first cache while those of A pass by.
 */
export function tiles(module: Module, madd: Madd): Func {
  const inner = micro(module, madd);
  const f = module.func(
    'tiles',
    Array.from({ length: 10 }, () => 'i32' as const),
  );
  const [a, aPanel, b, bPanel, c, c0, K, stride, M, N] = f.parameters as unknown as Locals;
  const panelOfB = f.let(b);
  f.for(i32.const(0), N, tileColumns, (n) => {
    const panelOfA = f.let(a);
    const place = f.let(i32.shl(n, 2));
    f.for(i32.const(0), M, tileRows, (m) => {
      const from: Expr = i32.select(i32.const(0), i32.add(c0, place), isZero(c0));
      f.call(inner, panelOfA, panelOfB, i32.add(c, place), from, K, stride, i32.sub(M, m), i32.sub(N, n));
      f.set(panelOfA, i32.add(panelOfA, aPanel));
      f.set(place, i32.add(place, times(stride, i32.const(tileRows))));
    });
    f.set(panelOfB, i32.add(panelOfB, bPanel));
  });
  return f;
}
