/**
 * Matrix products as kernels: three layouts, one register-tiled body each, and a handful of epilogues. Shapes are uniforms, so a
 * model of any size needs few pipelines.
 *
 * The tile lives in named registers, which WGSL can only have written out; this file is the one place that generates their text.
 * With quads, each of four lanes loads a different vec4 of A and hands it on by quad swaps: at swap q lane l holds what lane l ^ q
 * loaded, so its accumulator q belongs to another row (nt, nn) or its sum runs over k in another order (tn). A swap is one
 * instruction on SwiftShader, a broadcast five. Without quads every lane loads all it needs. Tiles: LOG.md, performance.md §2.3.
 */
import matmulWgsl from '../../shaders/matmul.wgsl?raw';
import { show, type Tensor } from '../graph/graph.ts';
import { type Kernel, type KernelContext, maxWorkgroups, read, type Tile, write } from '../graph/kernel.ts';

export type Layout = 'nt' | 'nn' | 'tn';

/** Numbers as in matmul.wgsl. */
export const epilogue = { write: 0, add: 1, squaredRelu: 2, squaredReluGradient: 3, accumulate: 4 } as const;

/** Tiles to choose from on a GPU, by rows × columns of a lane: a small family, each a known winner somewhere (performance.md §1.1). */
export const gpuTiles: Record<string, Tile> = {
  '8×4': { rows: 8, columns4: 1, quadsX: 4, quadsY: 4 },
  '4×4': { rows: 4, columns4: 1, quadsX: 4, quadsY: 4 },
  '8×8': { rows: 8, columns4: 2, quadsX: 2, quadsY: 8 },
  '16×4': { rows: 16, columns4: 1, quadsX: 4, quadsY: 4 },
};

/**
 * SwiftShader runs four lanes at a time and pays for loads, so it gets the largest tile that compiles quickly, a workgroup of one
 * quad, and half as many columns where N would leave half of the last tile empty. A GPU needs whole subgroups and many workgroups
 * in flight: 64 invocations, small tiles.
 */
export function tileFor({ software }: Pick<KernelContext, 'software'>, N: number): Tile {
  if (!software) return gpuTiles['8×4']!;
  const spare = Math.ceil(N / 32) * 32 - N;
  return { rows: 32, columns4: spare >= 16 && N < 96 ? 1 : 2, quadsX: 1, quadsY: 1 };
}

const components = ['x', 'y', 'z', 'w'];
const swaps = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];
const four = [0, 1, 2, 3];
const each = (n: number, line: (i: number) => string, join = '\n'): string => Array.from({ length: n }, (_, i) => line(i)).join(join);
const vector = (parts: string[]): string => `vec4f(${parts.join(', ')})`;

/** The entry point `matmul` for one layout and tile, to follow matmul.wgsl. Inner steps are taken four at a time. */
export function matmulSource(layout: Layout, tile: Tile, quads: boolean): string {
  const { rows, columns4, quadsX, quadsY } = tile;
  const groups = rows / 4;
  const tn = layout === 'tn';
  const swap = (value: string, q: number): string => (quads && q > 0 ? `${swaps[q]}(${value})` : value);
  /** Vectors of A a lane loads of each group of four rows: its own of four, or all. */
  const loads = quads ? [0] : four;
  const mine = (q: number): string => (quads ? 'lane' : `${q}u`);

  // A. nt, nn: a{g}_{q} is four k of row q of group g. tn: a{g}_{q} is the four rows of group g at step q.
  const startA = tn
    ? `  let M4 = M >> 2u;
  let lastA = shape.a0 + (shape.K - 1u) * M4;
${each(groups, (g) => `  let columnA${g} = min((row0 >> 2u) + ${g}u, M4 - 1u);`)}
${loads.map((q) => `  var stepA${q} = shape.a0 + ${mine(q)} * M4;`).join('\n')}`
    : each(groups, (g) =>
        loads.map((q) => `  let rowA${g}_${q} = shape.a0 + min(row0 + ${g * 4}u + ${mine(q)}, M - 1u) * K4;`).join('\n'),
      );
  // Steps past K read the last one and count nothing.
  const loadA = tn
    ? loads
        .map(
          (q) => `    let inside${q} = f32(stepA${q} <= lastA);
${each(groups, (g) => `    let a${g}_${q} = inside${q} * vec4f(a[min(stepA${q}, lastA) + columnA${g}]);`)}
    stepA${q} += 4u * M4;`,
        )
        .join('\n')
    : each(groups, (g) => loads.map((q) => `    let a${g}_${q} = vec4f(a[rowA${g}_${q} + k4]);`).join('\n'));
  /** The four steps of A that accumulator row m is to be multiplied with. */
  const stepsOfA = (m: number): string => {
    const [g, r] = [m >> 2, m & 3];
    if (!tn) return quads ? swap(`a${g}_0`, r) : `a${g}_${r}`;
    return vector(four.map((q) => (quads ? swap(`a${g}_0.${components[r]}`, q) : `a${g}_${q}.${components[r]}`)));
  };

  // B, in the order of steps that A comes in: b{n}_{r} is four steps of element r of column vector n.
  let startB: string;
  let loadB: string;
  if (layout === 'nt') {
    startB = each(columns4, (n) => each(4, (r) => `  let rowB${n}_${r} = shape.b0 + (column${n} * 4u + ${r}u) * K4;`));
    loadB = each(columns4, (n) => each(4, (r) => `    let b${n}_${r} = vec4f(b[rowB${n}_${r} + k4]);`));
  } else {
    const step = (q: number): string => (tn && quads ? `(lane ^ ${q}u)` : `${q}u`);
    const row = (q: number): string => (tn ? `min(stepB${q}, lastB)` : `stepB${q}`);
    startB = `  let lastB = shape.b0 + (shape.K - 1u) * N4;
${each(4, (q) => `  var stepB${q} = shape.b0 + ${step(q)} * N4;`)}`;
    loadB = `${each(4, (q) => each(columns4, (n) => `    let row${n}_${q} = vec4f(b[${row(q)} + column${n}]);`))}
${each(4, (q) => `    stepB${q} += 4u * N4;`)}
${each(columns4, (n) => each(4, (r) => `    let b${n}_${r} = ${vector(four.map((q) => `row${n}_${q}.${components[r]}`))};`))}`;
  }
  // At swap q a quad's lane l holds row l ^ q of a group.
  const row = quads && !tn ? `(row0 + t / ${columns4}u) ^ lane` : `row0 + t / ${columns4}u`;
  /**
   * `body` for every vec4 t of the tile, which is vec4 i of C; past the edges of C, i is another's or none: harmless to read. Rolled:
   * written out, stores and epilogues would take longer to compile than the loop above.
   */
  const overTile = (body: string): string =>
    `for (var t = 0u; t < ${rows * columns4}u; t++) {
    let row = ${row};
    let column4 = first + 4u * (t % ${columns4}u);
    let i = shape.c0 + row * N4 + column4;
    ${body}
  }`;

  return `
var<private> tile: array<vec4f, ${rows * columns4}>;

@compute @workgroup_size(${4 * quadsX}, ${quadsY})
fn matmul(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let lane = local.x & 3u;
  let row0 = (group.y * ${quadsY}u + local.y) * ${rows}u;
  let first = (group.x * ${quadsX}u + (local.x >> 2u)) * ${4 * columns4}u + lane;
  let M = shape.M;
  let N4 = shape.N4;
  let K4 = (shape.K + 3u) >> 2u;
${each(columns4, (n) => `  let column${n} = min(first + ${n * 4}u, N4 - 1u);`)}
${startA}
${startB}
${each(rows, (m) => '  ' + each(columns4, (n) => `var c${m}_${n} = vec4f();`, ' '))}
  for (var k4 = 0u; k4 < K4; k4++) {
${loadA}
${loadB}
${each(rows, (m) => `    { let s = ${stepsOfA(m)}; ${each(columns4, (n) => `c${m}_${n} = ${vector(four.map((r) => `c${m}_${n}.${components[r]} + dot(b${n}_${r}, s)`))};`, ' ')} }`)}
  }
${each(rows, (m) => each(columns4, (n) => `  tile[${m * columns4 + n}] = c${m}_${n};`, '\n'))}
  switch shape.epilogue {
    case ADD: {
      ${overTile('tile[t] += vec4f(aux[i]);')}
    }
    case SQUARED_RELU: {
      ${overTile('let positive = max(tile[t], vec4f()); tile[t] = positive * positive;')}
    }
    case SQUARED_RELU_GRADIENT: {
      ${overTile('tile[t] *= 2.0 * sqrt(vec4f(aux[i]));')}
    }
    case ACCUMULATE: {
      ${overTile('tile[t] += vec4f(c[i]);')}
    }
    default: {}
  }
  ${overTile('if ((row < M) & (column4 < N4)) { c[i] = result4(tile[t]); }')}
}
`;
}

const sources = new Map<string, string>();

export interface Matmul {
  layout: Layout;
  a: Tensor;
  b: Tensor;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  epilogue?: number;
  aux?: Tensor;
  /** First element of A, B, C: multiples of 4. */
  aStart?: number;
  bStart?: number;
  cStart?: number;
}

/** One dispatch of C = A·B with an epilogue. Shapes are checked by the op that asks. */
export function matmul(context: KernelContext, p: Matmul): Kernel {
  if (p.a.dtype !== p.b.dtype) throw new Error(`matmul: ${show(p.a)} and ${show(p.b)} are stored differently`);
  const tile = context.tile ?? tileFor(context, p.N);
  const key = JSON.stringify([p.layout, tile, context.quads]);
  let source = sources.get(key);
  if (!source) {
    source = matmulWgsl + matmulSource(p.layout, tile, context.quads);
    sources.set(key, source);
  }
  const x = Math.ceil(p.N / (16 * tile.columns4 * tile.quadsX));
  const y = Math.ceil(p.M / (tile.rows * tile.quadsY));
  if (y > maxWorkgroups || x > maxWorkgroups) {
    throw new Error(`matmul ${p.M}×${p.N}: ${x}×${y} workgroups, a dispatch takes ${maxWorkgroups} a dimension`);
  }
  return {
    source,
    entryPoint: 'matmul',
    bindings: [read(p.a), read(p.b), read(p.aux ?? p.a), write(p.c)],
    uniforms: [p.M, p.N / 4, p.K, (p.aStart ?? 0) / 4, (p.bStart ?? 0) / 4, (p.cStart ?? 0) / 4, p.epilogue ?? epilogue.write],
    types: { stored: p.a.dtype, result: p.c.dtype },
    workgroups: [x, y, 1],
    flops: 2 * p.M * p.N * p.K,
  };
}
