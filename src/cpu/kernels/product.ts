/**
 * Matrix products: two calls, of which the first packs both matrices and the second multiplies. Sums are cut into runs of `deepest`
 * inner steps, wherever threads begin and end, so the bits depend on the shape alone.
 */
import type { Tensor } from '../../graph/graph.ts';
import {
  type Call,
  call,
  eachRow,
  element,
  inScratch,
  kernel,
  type WasmKernel,
  rowsPerBlock,
  type Value,
} from '../kernel.ts';
import { transpose } from './pack.ts';
import { f32x4, i32, type Local } from '../../util/wasm.ts';
import { at, eachVector, isZero, plus, times } from './arithmetic.ts';
import { paddedColumns, paddedRows } from './micro.ts';
import { mapTuple } from '../../util/tuple.ts';

/** nt: A (M, K), B (N, K). nn: A (M, K), B (K, N). tn: A (K, M), B (K, N). */
export type OperandLayout = 'nt' | 'nn' | 'tn';

/** What is done with a sum: kept as it is, added to what was there, or to another tensor; squared where positive; times 2√aux. */
export type Finish = 'write' | 'accumulate' | 'add' | 'squaredRelu' | 'squaredReluGradient';

/** Inner steps of a run: a panel of B, 8 KB, and one of A, 4 KB, fit the first cache of 32 KB. */
const deepest = 256;
/** Rows and columns of a block at most: its panels of A, 64 KB, stay in the second cache. */
const blockRows = 64;
const blockColumns = 128;
/** Smaller products are cut into so many blocks, for several threads, as long as a block has 16 rows to use a panel of B for. */
const fewestBlocks = 16;
const fewestRows = 16;
/** Rows or columns whose panels one block packs. */
const packedPerBlock = 64;
/** Elements of packed A and B at once: 16 MiB each, small beside a model whose products need more. */
const mostPacked = 2 ** 22;

/** What packing one side is told. */
type Side = 'extent' | 'block' | 'from' | 'to' | 'stride' | 'crossed';

/**
 * Packs A into panels of 4 rows, then B into panels of 8 columns, 64 of either a block. A run of inner steps from k on begins k · (padded
 * rows, or columns) elements behind the packed matrix's beginning. Strides in bytes.
 */
const packKernel = kernel(
  'pack',
  ['a', 'b', 'aTo', 'bTo', 'aStride', 'bStride', 'aTransposed', 'bTransposed', 'M', 'N', 'K', 'blocksOfA'],
  [],
  (f, p, { packs }) => {
    /** Lines are along K, or lines are inner steps and what is packed lies across them. */
    const side = (lined: typeof packs.a, crossed: typeof packs.a, v: Record<Side, Local>, width: number): void => {
      const padded = f.let(i32.and(plus(v.extent, width - 1), i32.const(-width)));
      const first = f.let(times(v.block, i32.const(packedPerBlock)));
      const count = f.let(i32.min(i32.sub(v.extent, first), i32.const(packedPerBlock)));
      f.for(i32.const(0), p.K, deepest, (k) => {
        const depth = f.let(i32.min(i32.sub(p.K, k), i32.const(deepest)));
        const target = f.let(at(v.to, i32.add(times(k, padded), times(first, depth))));
        const panel = f.let(times(depth, i32.const(4 * width)));
        const packFrom = (pack: typeof lined, from: Local): void =>
          f.call(pack, from, target, panel, v.stride, count, depth);
        f.when(
          v.crossed,
          () => packFrom(crossed, f.let(i32.add(at(v.from, first), times(k, v.stride)))),
          () => packFrom(lined, f.let(i32.add(at(v.from, k), times(first, v.stride)))),
        );
      });
    };
    const a = { from: p.a, to: p.aTo, stride: p.aStride, crossed: p.aTransposed, extent: p.M, block: p.block };
    f.when(
      i32.lt(p.block, p.blocksOfA),
      () => side(packs.a, packs.aTransposed, a, 4),
      () => {
        const block = f.let(i32.sub(p.block, p.blocksOfA));
        const crossed = f.let(isZero(p.bTransposed));
        const b = { from: p.b, to: p.bTo, stride: p.bStride, crossed, extent: p.N, block };
        side(packs.bTransposed, packs.b, b, 8);
      },
    );
  },
);

/**
 * C (M, N) = A·B of what `pack` left, plus C0 unless that is 0, in blocks of `rows` × `columns`, `across` of them side by side; then as
 * `finish` says: 1 squared where positive, 2 times 2√aux. `stride`: bytes of a line of C, C0 and aux.
 */
const multiplyKernel = kernel(
  'multiply',
  ['a', 'b', 'c', 'c0', 'aux', 'stride', 'M', 'N', 'K', 'rows', 'columns', 'across', 'finish'],
  [],
  (f, p, { tiles }) => {
    const m = f.let(times(i32.div(p.block, p.across), p.rows));
    const n = f.let(times(i32.rem(p.block, p.across), p.columns));
    const M = f.let(i32.min(i32.sub(p.M, m), p.rows));
    const N = f.let(i32.min(i32.sub(p.N, n), p.columns));
    const aLines = f.let(i32.and(plus(p.M, 3), i32.const(-4)));
    const bLines = f.let(i32.and(plus(p.N, 7), i32.const(-8)));
    const offset = f.let(i32.add(times(m, p.stride), i32.shl(n, 2)));
    const c = f.let(i32.add(p.c, offset));
    const from = f.let(i32.select(i32.const(0), i32.add(p.c0, offset), isZero(p.c0)));
    f.for(i32.const(0), p.K, deepest, (k) => {
      const depth = f.let(i32.min(i32.sub(p.K, k), i32.const(deepest)));
      const a = at(p.a, i32.add(times(k, aLines), times(m, depth)));
      const b = at(p.b, i32.add(times(k, bLines), times(n, depth)));
      f.call(tiles, a, i32.shl(depth, 4), b, i32.shl(depth, 5), c, from, depth, p.stride, M, N);
      f.set(from, c); // what comes next is added
    });
    const everyVector = (change: (place: Local, aux: Local) => void): void => {
      const aux = f.let(i32.add(p.aux, offset));
      f.for(i32.const(0), M, 1, () => {
        eachVector(f, N, (i) => change(f.let(i32.add(c, i)), f.let(i32.add(aux, i))));
        f.set(c, i32.add(c, p.stride));
        f.set(aux, i32.add(aux, p.stride));
      });
    };
    f.when(i32.eq(p.finish, i32.const(1)), () =>
      everyVector((place) => {
        const x = f.let(f32x4.max(f32x4.load(place), f32x4.const(0)));
        f.store(place, f32x4.mul(x, x));
      }),
    );
    f.when(i32.eq(p.finish, i32.const(2)), () =>
      everyVector((place, aux) => {
        const slope = f32x4.mul(f32x4.const(2), f32x4.sqrt(f32x4.load(aux)));
        f.store(place, f32x4.mul(f32x4.load(place), slope));
      }),
    );
  },
);

/**
 * C = A·Bᵀ of a row or a few, as generating has them: packing B would take longer than the product. Four columns at a time, each a sum
 * of four lanes over K, a multiple of 4.
 */
const thinKernel = kernel(
  'multiplyThin',
  ['a', 'b', 'c', 'c0', 'M', 'N', 'K', 'per', 'finish'],
  [],
  (f, p, { madd }) => {
    const line = f.let(i32.shl(p.K, 2));
    eachRow(f, { ...p, rows: i32.div(p.N, i32.const(4)) }, (four) => {
      const n = f.let(i32.shl(four, 2));
      const a = f.let(p.a);
      const place = f.let(i32.shl(n, 2));
      f.for(i32.const(0), p.M, 1, () => {
        const b = f.let(i32.add(p.b, times(n, line)));
        const rows = [b, ...[1, 2, 3].map((i) => f.let(i32.add(b, times(line, i32.const(i)))))];
        const sums = rows.map(() => f.let(f32x4.const(0)));
        eachVector(f, p.K, (i) => {
          const x = f.let(f32x4.load(i32.add(a, i)));
          rows.forEach((row, k) => f.set(sums[k]!, madd(x, f32x4.load(i32.add(row, i)), sums[k]!)));
        });
        const [s0, s1, s2, s3] = transpose(f, sums);
        const total = f.let(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
        f.when(p.c0, () => f.set(total, f32x4.add(total, f32x4.load(i32.add(p.c0, place)))));
        f.when(p.finish, () => {
          f.set(total, f32x4.max(total, f32x4.const(0)));
          f.set(total, f32x4.mul(total, total));
        });
        f.store(i32.add(p.c, place), total);
        f.set(a, i32.add(a, line));
        f.set(place, i32.add(place, i32.shl(p.N, 2)));
      });
    });
  },
);

export const productKernels: readonly WasmKernel[] = [packKernel, multiplyKernel, thinKernel];

export interface BlockedProduct {
  layout: OperandLayout;
  M: number;
  N: number;
  K: number;
  a: Tensor;
  b: Tensor;
  c: Tensor;
  finish?: Finish;
  /** (M, N), of the finishes that read another tensor. */
  aux?: Tensor;
  /** First element of A, B, C. */
  aStart?: number;
  bStart?: number;
  cStart?: number;
}

/** Extent of a block, at most `most`, such that blocks are alike and start on whole panels. */
const evenly = (extent: number, most: number, width: number): number =>
  Math.ceil(extent / Math.ceil(extent / most) / width) * width;

/** Rows of a product that are not worth packing for. */
const fewRows = 3;

function thinProduct({ M, N, K, a, b, c, finish = 'write', aux, ...starts }: BlockedProduct): Call[] {
  const { aStart = 0, bStart = 0, cStart = 0 } = starts;
  const per = rowsPerBlock(4 * K);
  const places = { a: element(a, aStart), b: element(b, bStart), c: element(c, cStart) };
  const c0 = finish === 'add' ? aux! : finish === 'accumulate' ? places.c : 0;
  const values = { ...places, c0, M, N, K, per, finish: finish === 'squaredRelu' ? 1 : 0 };
  return [call(thinKernel, values, { blocks: Math.ceil(N / 4 / per) })];
}

/** C = A·B, finished. N is a multiple of 4, as is K of layout nt, and M where A is read across its lines. */
export function product(p: BlockedProduct): Call[] {
  const { layout, K } = p;
  if (layout === 'nt' && p.M <= fewRows) return thinProduct(p);
  const [mostM, mostN] = mapTuple([blockRows, blockColumns], (block) =>
    Math.max(block, Math.floor(mostPacked / K / block) * block),
  );
  const calls: Call[] = [];
  for (let m = 0; m < p.M; m += mostM) {
    for (let n = 0; n < p.N; n += mostN) {
      const [M, N] = [Math.min(mostM, p.M - m), Math.min(mostN, p.N - n)];
      const inC = (tensor: Tensor, start = 0): Value => element(tensor, start + m * p.N + n);
      const aTo = inScratch(0);
      const aBytes = 4 * K * paddedRows(M);
      const bTo = inScratch(aBytes);
      const scratch = aBytes + 4 * K * paddedColumns(N);
      const blocksOfA = Math.ceil(M / packedPerBlock);
      const finish = p.finish ?? 'write';
      calls.push(
        call(
          packKernel,
          {
            a: element(p.a, (p.aStart ?? 0) + (layout === 'tn' ? m : m * K)),
            b: element(p.b, (p.bStart ?? 0) + (layout === 'nt' ? n * K : n)),
            aTo,
            bTo,
            aStride: 4 * (layout === 'tn' ? p.M : K),
            bStride: 4 * (layout === 'nt' ? K : p.N),
            aTransposed: layout === 'tn' ? 1 : 0,
            bTransposed: layout === 'nt' ? 1 : 0,
            ...{ M, N, K, blocksOfA },
          },
          { blocks: blocksOfA + Math.ceil(N / packedPerBlock), scratch },
        ),
      );
      const columns = evenly(N, blockColumns, 8);
      const across = Math.ceil(N / columns);
      const mostRows = Math.min(blockRows, Math.max(fewestRows, Math.ceil((M * across) / fewestBlocks)));
      const rows = evenly(M, mostRows, 4);
      const c = inC(p.c, p.cStart);
      calls.push(
        call(
          multiplyKernel,
          {
            ...{ a: aTo, b: bTo, c, M, N, K, rows, columns, across },
            c0: finish === 'accumulate' ? c : finish === 'add' ? inC(p.aux!) : 0,
            aux: finish === 'squaredReluGradient' ? inC(p.aux!) : 0,
            stride: 4 * p.N,
            finish: finish === 'squaredRelu' ? 1 : finish === 'squaredReluGradient' ? 2 : 0,
          },
          { blocks: Math.ceil(M / rows) * across, scratch },
        ),
      );
    }
  }
  return calls;
}
