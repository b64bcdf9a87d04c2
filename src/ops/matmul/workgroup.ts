/**
 * Matrix products whose operands pass through workgroup memory: the text of the entry point, to follow matmul.wgsl.
 *
 * A turn of the outer loop brings `depth` inner steps of both operands into workgroup memory, with steps along the slow axis whatever
 * their layout in memory: a[k][rows / 4], b[k][columns / 4], vec4s along the tile's edge. Half of the lanes fetch A, the other half B,
 * into registers during the turn before, so that the loads hide behind arithmetic. Then every lane multiplies its laneRows ×
 * laneColumns of the tile: (laneRows + laneColumns) / 4 vec4s read for laneRows · laneColumns multiply-adds a step.
 *
 * An operand that lies along the inner steps is transposed on the way, 4 × 4 at a time in registers, since WGSL lets lanes write
 * whole vec4s of workgroup memory only. Neighbouring lanes take neighbouring steps, for whole lines of memory; so that their stores
 * meet in no bank, the vec4 of step quad q and place i lies at place i ^ q·(8 / quads of a turn).
 *
 * Each element's inner steps are added in order, one fused multiply-add a step, whatever the tile: the same bits from every tile.
 */
import { finishRegisters } from './epilogue.ts';
import type { Layout, WorkgroupTile } from './tiles.ts';

const components = ['x', 'y', 'z', 'w'];
const each = (n: number, line: (i: number) => string, join = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(join);
const vector = (parts: string[]): string => `vec4f(${parts.join(', ')})`;

/** Lanes of a row of lanes: eight neighbouring vec4s of B, and four rows of lanes, are what 32 lanes read together. */
const [across, down] = [8, 4];

/** Invocations of a workgroup. */
export const tileInvocations = ({ rows, columns, laneRows, laneColumns }: WorkgroupTile): number =>
  (rows / laneRows) * (columns / laneColumns);

/** Bytes of workgroup memory. */
export const workgroupBytes = ({ rows, columns, depth }: WorkgroupTile): number => (rows + columns) * depth * 4;

/** How half of a workgroup's lanes bring one operand in. */
interface Fetch {
  /** Declarations before the loop. */
  start: string;
  /** Into registers r0 …: steps from k on. */
  load: string;
  /** From there into workgroup memory. */
  store: string;
  registers: number;
  /** What a place in workgroup memory is turned by at step quad q. */
  turned: boolean;
}

interface Operand {
  /** The binding: a or b. */
  name: string;
  /** Extent of the tile along the operand's edge of C, and of C itself. */
  extent: number;
  all: string;
  /** First of the tile: firstRow or firstColumn. */
  first: string;
  /** Steps beyond the last count nothing if one of both operands is 0 there; A is. */
  zeroed: boolean;
}

/** An operand whose memory runs along the edge of C: step k is a row of vec4s. */
function straight({ name, extent, all, first, zeroed }: Operand, depth: number, lanes: number): Fetch {
  const width = extent / 4;
  const registers = (depth * width) / lanes;
  const rowsApart = lanes / width;
  const step = (i: number): string => `k + ${name}Step + ${i * rowsApart}u`;
  return {
    start: `  let ${name}Place = lane % ${width}u;
  let ${name}Step = lane / ${width}u;
  let ${name}Column = shape.${name}0 + min((${first} >> 2u) + ${name}Place, (${all} >> 2u) - 1u);`,
    load: each(registers, (i) => {
      const value = `vec4f(${name}[${name}Column + min(${step(i)}, last) * (${all} >> 2u)])`;
      return `      r${i} = ${zeroed ? `select(vec4f(), ${value}, ${step(i)} < end)` : value};`;
    }),
    store: each(
      registers,
      (i) => `      ${name}Tile[(${name}Step + ${i * rowsApart}u) * ${width}u + ${name}Place] = r${i};`,
    ),
    registers,
    turned: false,
  };
}

/** An operand whose memory runs along the inner steps: blocks of four rows by four steps. */
function transposed({ name, extent, all, first, zeroed }: Operand, depth: number, lanes: number): Fetch {
  const width = extent / 4;
  const quads = depth / 4;
  const blocks = (width * quads) / lanes;
  const placesApart = lanes / quads;
  const place = (i: number): string => `${name}Place + ${i * placesApart}u`;
  const row = (i: number, r: number): string => `min(${first} + (${place(i)}) * 4u + ${r}u, ${all} - 1u)`;
  return {
    start: `  let ${name}Quad = lane % ${quads}u;
  let ${name}Place = lane / ${quads}u;
${each(blocks, (i) => each(4, (r) => `  let ${name}Row${4 * i + r} = shape.${name}0 + ${row(i, r)} * K4;`))}`,
    load: `      let quad = (k >> 2u) + ${name}Quad;
${each(4 * blocks, (i) => {
  const value = `vec4f(${name}[${name}Row${i} + min(quad, K4 - 1u)])`;
  return `      r${i} = ${zeroed ? `select(vec4f(), ${value}, quad * 4u < end)` : value};`;
})}`,
    store: each(blocks, (i) =>
      each(4, (s) => {
        const at = `(${name}Quad * 4u + ${s}u) * ${width}u + ((${place(i)}) ^ (${name}Quad * ${across / quads}u))`;
        return `      ${name}Tile[${at}] = ${vector([0, 1, 2, 3].map((r) => `r${4 * i + r}.${components[s]}`))};`;
      }),
    ),
    registers: 4 * blocks,
    turned: true,
  };
}

/** The entry point `matmul` for one layout and tile. Workgroup (x, y, z): columns, rows and part z of the inner sum. */
export function workgroupSource(layout: Layout, tile: WorkgroupTile): string {
  const { rows, columns, depth, laneRows, laneColumns } = tile;
  const lanes = tileInvocations(tile);
  const half = lanes / 2;
  const [rows4, columns4] = [laneRows / 4, laneColumns / 4]; // vec4s of A and of B a lane reads a step
  const wide = columns / (across * laneColumns); // blocks of lanes side by side
  const a: Operand = { name: 'a', extent: rows, all: 'shape.M', first: 'firstRow', zeroed: true };
  const b: Operand = { name: 'b', extent: columns, all: 'N', first: 'firstColumn', zeroed: false };
  const fetchA = (layout === 'tn' ? straight : transposed)(a, depth, half);
  const fetchB = (layout === 'nt' ? transposed : straight)(b, depth, half);
  const byHalves = (part: 'load' | 'store'): string => `    if (fetchesB) {
${fetchB[part]}
    } else {
${fetchA[part]}
    }`;
  const turn = (fetch: Fetch): string => (fetch.turned ? ' ^ turn' : '');
  /** Step s of a quad of steps. */
  const multiply = (s: number): string => `      {
        let aStep = (quad * 4u + ${s}u) * ${rows / 4}u;
        let bStep = (quad * 4u + ${s}u) * ${columns / 4}u;
${each(rows4, (i) => `        let a${i} = aTile[aStep + ((aOwn + ${i * down}u)${turn(fetchA)})];`)}
${each(columns4, (j) => `        let b${j} = bTile[bStep + ((bOwn + ${j * across}u)${turn(fetchB)})];`)}
${each(laneRows, (m) => `        ${each(columns4, (j) => `c${m}_${j} = fma(vec4f(a${m >> 2}.${components[m & 3]}), b${j}, c${m}_${j});`, ' ')}`)}
      }`;
  return `
var<workgroup> aTile: array<vec4f, ${(depth * rows) / 4}>;
var<workgroup> bTile: array<vec4f, ${(depth * columns) / 4}>;

@compute @workgroup_size(${lanes})
fn matmul(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let firstRow = group.y * ${rows}u;
  let firstColumn = group.x * ${columns}u;
  let N = shape.N4 * 4u;
  let K4 = (shape.K + 3u) >> 2u;
  var k = group.z * shape.part;
  let end = min(k + shape.part, shape.K);
  let last = shape.K - 1u;
  let c0 = shape.c0 + group.z * shape.M * shape.N4;
  let fetchesB = local >= ${half}u;
  let lane = local % ${half}u;
${fetchA.start}
${fetchB.start}
  let block = local / ${across * down}u;
  let aOwn = (block / ${wide}u) * ${laneRows}u + (local / ${across}u) % ${down}u;
  let bOwn = (block % ${wide}u) * ${2 * laneColumns}u + local % ${across}u;
${each(Math.max(fetchA.registers, fetchB.registers), (i) => `  var r${i} = vec4f();`)}
${each(laneRows, (m) => `  ${each(columns4, (j) => `var c${m}_${j} = vec4f();`, ' ')}`)}
${byHalves('load')}
  while (k < end) {
    workgroupBarrier();
${byHalves('store')}
    workgroupBarrier();
    k += ${depth}u;
    if (k < end) {
${byHalves('load')}
    }
    for (var quad = 0u; quad < ${depth / 4}u; quad++) {
      let turn = quad * ${across / (depth / 4)}u;
${each(4, multiply)}
    }
  }
${each(laneRows, (m) => `  let row${m} = firstRow + (aOwn + ${(m >> 2) * down}u) * 4u + ${m & 3}u;`)}
${each(columns4, (j) => `  let column${j} = (firstColumn >> 2u) + bOwn + ${j * across}u;`)}
${each(laneRows, (m) => `  ${each(columns4, (j) => `let i${m}_${j} = c0 + row${m} * shape.N4 + column${j};`, ' ')}`)}
${finishRegisters(laneRows, columns4)}
}
`;
}
