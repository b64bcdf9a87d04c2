/**
 * Matrix products whose tile lives in named registers alone, which WGSL can only have written out: their text is generated here.
 *
 * With quads, each of four lanes loads a different vec4 of A and hands it on by quad swaps: at swap q lane l holds what lane l ^ q
 * loaded, so its accumulator q belongs to another row (nt, nn) or its sum runs over k in another order (tn). A swap is one
 * instruction on SwiftShader, a broadcast five. Without quads every lane loads all it needs. Tiles: LOG.md, performance.md §2.3.
 */
import { finishArray } from './epilogue.ts';
import type { Layout, RegisterTile } from './tiles.ts';

const components = ['x', 'y', 'z', 'w'];
const swaps = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];
const four = [0, 1, 2, 3];
const each = (n: number, line: (i: number) => string, join = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(join);
const vector = (parts: string[]): string => `vec4f(${parts.join(', ')})`;

/**
 * The entry point `matmul` for one layout and tile, to follow matmul.wgsl. Inner steps are taken four at a time: as dot products with
 * `quads` exchanged, for a software adapter (`dots`), else one by one.
 */
export function registerSource(
  layout: Layout,
  tile: RegisterTile,
  { quads, dots }: { quads: boolean; dots: boolean },
): string {
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
        loads
          .map((q) => `  let rowA${g}_${q} = shape.a0 + min(row0 + ${g * 4}u + ${mine(q)}, M - 1u) * K4;`)
          .join('\n'),
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
  /** Accumulator row m, its four steps of A in `s`. */
  const accumulate = (m: number, n: number): string => {
    const c = `c${m}_${n}`;
    if (dots) return `${c} = ${vector(four.map((r) => `${c}.${components[r]} + dot(b${n}_${r}, s)`))};`;
    // In the order and with the rounding of workgroup.ts, so that both give the same bits.
    const step = (q: string): string =>
      `${c} = fma(vec4f(s.${q}), ${vector(four.map((r) => `b${n}_${r}.${q}`))}, ${c});`;
    return components.map(step).join(' ');
  };

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
  let c0 = shape.c0;
${each(columns4, (n) => `  let column${n} = min(first + ${n * 4}u, N4 - 1u);`)}
${startA}
${startB}
${each(rows, (m) => '  ' + each(columns4, (n) => `var c${m}_${n} = vec4f();`, ' '))}
  for (var k4 = 0u; k4 < K4; k4++) {
${loadA}
${loadB}
${each(rows, (m) => `    { let s = ${stepsOfA(m)}; ${each(columns4, (n) => accumulate(m, n), ' ')} }`)}
  }
${each(rows, (m) => each(columns4, (n) => `  tile[${m * columns4 + n}] = c${m}_${n};`, '\n'))}
${finishArray(
  rows * columns4,
  `let row = ${row};
    let column4 = first + 4u * (t % ${columns4}u);`,
)}
}
`;
}
