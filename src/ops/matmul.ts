/**
 * Matrix products as kernels: three layouts, one register-tiled body each, and a handful of epilogues. Shapes are uniforms, so a
 * model of any size needs at most eight pipelines.
 *
 * The tile lives in named registers, which WGSL can only have written out; this file is the one place that generates shader text.
 * With quads, each of four lanes loads a different row of A and broadcasts it (one load instead of four); without, every lane loads
 * the rows it needs. Tiles and the reasons for them: performance.md §2.3.
 */
import matmulWgsl from '../../shaders/matmul.wgsl?raw';
import type { Tensor } from '../graph/graph.ts';
import { type Kernel, type KernelContext, maxWorkgroups, read, write } from '../graph/kernel.ts';

export type Layout = 'nt' | 'nn' | 'tn';

/** Numbers as in matmul.wgsl. */
export const epilogue = { write: 0, add: 1, squaredRelu: 2, squaredReluGradient: 3, accumulate: 4 } as const;

export interface Tile {
  /** Rows of C one quad covers; a multiple of 4. */
  rows: number;
  /** vec4 columns of C one lane covers; a quad covers four times as many. */
  columns4: number;
  /** Quads of one workgroup along columns and along rows. */
  quadsX: number;
  quadsY: number;
}

/**
 * SwiftShader runs four lanes at a time and pays for loads, so it gets the largest tile that compiles quickly and a workgroup of one
 * quad. A GPU needs whole subgroups and many workgroups in flight: 64 invocations, small tiles.
 */
export function tileFor(context: Pick<KernelContext, 'software'>): Tile {
  return context.software
    ? { rows: 16, columns4: 2, quadsX: 1, quadsY: 1 }
    : { rows: 8, columns4: 1, quadsX: 4, quadsY: 4 };
}

const component = 'xyzw';
const each = (n: number, line: (i: number) => string, join = '\n'): string => Array.from({ length: n }, (_, i) => line(i)).join(join);

/** The entry point `matmul` for one layout and tile, to follow matmul.wgsl. */
export function matmulSource(layout: Layout, tile: Tile, quads: boolean): string {
  const { rows, columns4, quadsX, quadsY } = tile;
  const groups = rows / 4;
  const broadcast = (value: string, lane: number): string => (quads ? `quadBroadcast(${value}, ${lane}u)` : value);

  // A's registers. With quads a{g} is this lane's own row of group g; without, a{g}_{r} holds each of the four.
  const loadA = each(groups, (g) => {
    const one = (row: string, name: string): string => {
      if (layout !== 'tn') return `    let ${name} = vec4f(a[shape.a0 + min(row0 + ${g * 4}u + ${row}, shape.M - 1u) * K4 + k4]);`;
      const k = `k4 * 4u + ${row}`;
      return `    let ${name} = select(vec4f(), vec4f(a[shape.a0 + min(${k}, shape.K - 1u) * M4 + min((row0 >> 2u) + ${g}u, M4 - 1u)]), ${k} < shape.K);`;
    };
    return quads ? one('lane', `a${g}`) : each(4, (r) => one(`${r}u`, `a${g}_${r}`));
  });
  /** The element of A for output row m at inner step i of the four of this turn, as an f32 expression. */
  const elementA = (m: number, i: number): string => {
    const [register, lane] = layout === 'tn' ? [component[m & 3], i] : [component[i], m & 3];
    return quads ? broadcast(`a${m >> 2}.${register}`, lane) : `a${m >> 2}_${lane}.${register}`;
  };

  let body: string;
  if (layout === 'nt') {
    body = `${each(columns4, (n) => each(4, (r) => `    let b${n}_${r} = vec4f(b[shape.b0 + (column${n} * 4u + ${r}u) * K4 + k4]);`))}
${each(rows, (m) => {
  const rowA = quads ? broadcast(`a${m >> 2}`, m & 3) : `a${m >> 2}_${m & 3}`;
  return `    { let s = ${rowA}; ${each(columns4, (n) => `c${m}_${n} += vec4f(${each(4, (r) => `dot(s, b${n}_${r})`, ', ')});`, ' ')} }`;
})}`;
  } else {
    const rowB = (i: number): string => (layout === 'nn' ? `k4 * 4u + ${i}u` : `min(k4 * 4u + ${i}u, shape.K - 1u)`);
    body = each(
      4,
      (i) => `    {
      let base = shape.b0 + (${rowB(i)}) * shape.N4;
${each(columns4, (n) => `      let b${n} = vec4f(b[base + column${n}]);`)}
${each(rows, (m) => `      { let s = ${elementA(m, i)}; ${each(columns4, (n) => `c${m}_${n} += s * b${n};`, ' ')} }`)}
    }`,
    );
  }

  return `
@compute @workgroup_size(${4 * quadsX}, ${quadsY})
fn matmul(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let lane = local.x & 3u;
  let row0 = (group.y * ${quadsY}u + local.y) * ${rows}u;
  let first = (group.x * ${quadsX}u + (local.x >> 2u)) * ${4 * columns4}u + lane;
${each(columns4, (n) => `  let column${n} = min(first + ${n * 4}u, shape.N4 - 1u);`)}
  let K4 = (shape.K + 3u) >> 2u;
${layout === 'tn' ? '  let M4 = shape.M >> 2u;\n' : ''}${each(rows, (m) => '  ' + each(columns4, (n) => `var c${m}_${n} = vec4f();`, ' '))}
  for (var k4 = 0u; k4 < K4; k4++) {
${loadA}
${body}
  }
${each(rows, (m) => each(columns4, (n) => `  finish(row0 + ${m}u, first + ${n * 4}u, c${m}_${n});`))}
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
  const tile = tileFor(context);
  const ending = p.epilogue ?? epilogue.write;
  const key = JSON.stringify([p.layout, ending, tile, context.quads]);
  let source = sources.get(key);
  if (!source) {
    source = `const EPILOGUE = ${ending}u;\n${matmulWgsl}${matmulSource(p.layout, tile, context.quads)}`;
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
    uniforms: [p.M, p.N / 4, p.K, (p.aStart ?? 0) / 4, (p.bStart ?? 0) / 4, (p.cStart ?? 0) / 4],
    types: { stored: p.a.dtype, result: p.c.dtype },
    workgroups: [x, y, 1],
    flops: 2 * p.M * p.N * p.K,
  };
}
