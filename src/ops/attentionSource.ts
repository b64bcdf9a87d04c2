/**
 * Shader text of attention's kernels. Rows live in named registers, which WGSL can only have written out: q0_0 … q{row}_{vec4}.
 *
 * Every lane of a quad owns whole rows, so scores, maxima and sums need no exchange between lanes. What the lanes share is loaded a
 * quarter by each and broadcast. Keys come one at a time, so a kernel's text grows with rows × d, never with T.
 */
import attentionWgsl from '../../shaders/attention.wgsl?raw';
import type { KernelContext } from '../graph/kernel.ts';

export interface Tile {
  /** d / 4. */
  d4: number;
  /** Elements of a head that are rotated. */
  rotated: number;
  /** Positions one lane owns; a quad has four times as many. */
  rows: number;
  quads: boolean;
  /** Invocations of a workgroup. */
  invocations: number;
}

/**
 * SwiftShader pays for loads, so its lanes own as many rows as compile quickly (text grows with rows × d). A GPU pays for registers:
 * query and output of one row are 2d of them.
 */
export function tileFor(context: Pick<KernelContext, 'software' | 'quads'>, d: number, rotated: number): Tile {
  const rows = context.software ? Math.max(1, Math.min(4, Math.floor(128 / d))) : d <= 32 ? 2 : 1;
  return { d4: d / 4, rotated, rows, quads: context.quads, invocations: context.software ? 4 : 64 };
}

const each = (n: number, line: (i: number) => string, join = '\n'): string => Array.from({ length: n }, (_, i) => line(i)).join(join);

const header = ({ d4, rows }: Tile): string => `const D4 = ${d4}u;\nconst ROWS = ${rows}u;\n${attentionWgsl}`;

const entry = (name: string, { invocations }: Tile, heads: string): string => `
@compute @workgroup_size(${invocations})
fn ${name}(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = locate((group.y * groups.x + group.x) * ${invocations}u + local, ${heads});
  // A whole quad leaves or stays.
  if (place.outside) {
    return;
  }
  let lane = place.lane;`;

/** Defines ${name}0 … of one row that all lanes of the quad need, from vec4 `start` of `array` on. */
function shared({ d4, quads }: Tile, name: string, array: string, start: string): string {
  if (!quads) return each(d4, (i) => `    let ${name}${i} = vec4f(${array}[${start} + ${i}u]);`);
  return [
    each(Math.ceil(d4 / 4), (g) => {
      const element = d4 >= 4 * g + 4 ? `${4 * g}u + lane` : `min(${4 * g}u + lane, D4 - 1u)`;
      return `    let ${name}_${g} = vec4f(${array}[${start} + ${element}]);`;
    }),
    each(d4, (i) => `    let ${name}${i} = quadBroadcast(${name}_${i >> 2}, ${i & 3}u);`),
  ].join('\n');
}

/** Defines ${name}{row}_{i} of each row the lane owns. */
const owned = ({ d4 }: Tile, row: number, name: string, array: string, start: string): string =>
  each(d4, (i) => `  let ${name}${row}_${i} = vec4f(${array}[${start} + ${i}u]);`);

const zeros = ({ d4 }: Tile, row: number, name: string): string =>
  each(d4, (i) => `  var ${name}${row}_${i} = vec4f();`);

const dot = ({ d4 }: Tile, a: string, b: string): string => each(d4, (i) => `dot(${a}${i}, ${b}${i})`, ' + ');

/** name{row} += factor · x, all vec4s. */
const addScaled = ({ d4 }: Tile, name: string, factor: string, x: string): string =>
  each(d4, (i) => `    ${name}${i} += ${factor} * ${x}${i};`);

/** The positions a lane owns: every fourth of the tile. Those past the end repeat the last and are never stored. */
const position = (row: number): string => `  let t${row} = min(place.t0 + ${4 * row}u + lane, shape.T - 1u);`;
const inside = (row: number): string => `place.t0 + ${4 * row}u + lane < shape.T`;

const documentStartOf = (position: string): string => `select(0u, documentStart[place.n0 + ${position}], shape.documents != 0u)`;

/** Turns ${name}0 … by the negative angle of position t, as statements on registers that are `var`. */
function rotateBack({ d4, rotated }: Tile, name: string, t: string): string {
  const element = (e: number): string => `${name}${e >> 2}.${'xyzw'[e & 3]}`;
  return each(rotated / 2, (j) => {
    const [a, b] = [element(j), element(j + rotated / 2)];
    return `    { let turn = rotary[${t} * ${2 * d4}u + ${j}u]; let a = ${a}; let b = ${b};
      ${a} = a * turn.x + b * turn.y; ${b} = b * turn.x - a * turn.y; }`;
  });
}

/**
 * Online softmax over the keys of each row. The reference m follows the maximum only when it is passed by more than 8, so that the
 * output is rarely rescaled; e^8·T is far from overflow. The test is a loop, not an if, because SwiftShader jumps over loops only.
 */
export function forwardSource(tile: Tile): string {
  const { d4, rows } = tile;
  const above = (r: number): string => `s${r} - m${r}`;
  return `${header(tile)}
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled
@group(0) @binding(2) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(3) var<storage, read> documentStart: array<u32>; // (N)
@group(0) @binding(4) var<storage, read_write> output: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read_write> statistics: array<vec2f>; // (N, H) of logsumexp, start
${entry('attention', tile, 'shape.H')}
  let kvHead = place.head / (shape.H / shape.K);
${each(rows, (r) => `${position(r)}
  let start${r} = ${documentStartOf(`t${r}`)};
${owned(tile, r, `q`, 'qk', `rotatedQuery(place.n0 + t${r}, place.head)`)}
${zeros(tile, r, 'o')}
  var m${r} = 0.1 * masked;
  var sum${r} = 0.0;`)}
  let last = min(place.t0 + ${4 * rows - 1}u, shape.T - 1u);
  for (var s = ${documentStartOf('place.t0')}; s <= last; s++) {
    let key = rotatedKey(place.n0 + s, kvHead);
${shared(tile, 'k', 'qk', 'key')}
${each(rows, (r) => `    let s${r} = select(masked, ${dot(tile, `q${r}_`, 'k')}, s >= start${r} && s <= t${r});`)}
    while (${each(rows - 1, (r) => `max(${above(r)}, `, '')}${above(rows - 1)}${')'.repeat(rows - 1)} > 8.0) {
${each(rows, (r) => `      {
        let high = max(m${r}, s${r});
        let shrink = exp(m${r} - high);
        m${r} = high;
        sum${r} *= shrink;
${each(d4, (i) => `        o${r}_${i} *= shrink;`)}
      }`)}
    }
    let value = packed(place.n0 + s, shape.H + shape.K + kvHead);
${shared(tile, 'v', 'qkv', 'value')}
${each(rows, (r) => `    let p${r} = exp(s${r} - m${r});
    sum${r} += p${r};
${addScaled(tile, `o${r}_`, `p${r}`, 'v')}`)}
  }
${each(rows, (r) => `  if (${inside(r)}) {
    let row = (place.n0 + t${r}) * shape.H + place.head;
    let share = 1.0 / sum${r};
${each(d4, (i) => `    output[row * D4 + ${i}u] = stored4(o${r}_${i} * share);`)}
    statistics[row] = vec2f(m${r} + log(sum${r}), f32(start${r}));
  }`)}
}
`;
}

/** dq = Σ_s p (dp − delta) k, turned back and scaled; delta = Σ dout∘out. p and dp = dout·v are computed again. */
export function queryGradientSource(tile: Tile): string {
  const { d4, rows } = tile;
  return `${header(tile)}
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled
@group(0) @binding(2) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>; // (N, H) of logsumexp, start
@group(0) @binding(4) var<storage, read> output: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read> doutput: array<stored4>; // (N, H·d)
@group(0) @binding(6) var<storage, read_write> delta: array<f32>; // (N, H)
@group(0) @binding(7) var<storage, read> rotary: array<vec2f>; // (T, d/2) of cos, sin
@group(0) @binding(8) var<storage, read_write> dqkv: array<stored4>; // (N, (H + 2K)·d)
${entry('queryGradient', tile, 'shape.H')}
  let kvHead = place.head / (shape.H / shape.K);
${each(rows, (r) => `${position(r)}
  let row${r} = (place.n0 + t${r}) * shape.H + place.head;
  let lse${r} = statistics[row${r}].x;
  let start${r} = u32(statistics[row${r}].y);
${owned(tile, r, 'q', 'qk', `rotatedQuery(place.n0 + t${r}, place.head)`)}
${owned(tile, r, 'do', 'doutput', `row${r} * D4`)}
${zeros(tile, r, 'dq')}
  var delta${r} = 0.0;
${each(d4, (i) => `  delta${r} += dot(do${r}_${i}, vec4f(output[row${r} * D4 + ${i}u]));`)}`)}
  let last = min(place.t0 + ${4 * rows - 1}u, shape.T - 1u);
  for (var s = u32(statistics[(place.n0 + place.t0) * shape.H + place.head].y); s <= last; s++) {
    let key = rotatedKey(place.n0 + s, kvHead);
    let value = packed(place.n0 + s, shape.H + shape.K + kvHead);
${shared(tile, 'k', 'qk', 'key')}
${shared(tile, 'v', 'qkv', 'value')}
${each(rows, (r) => `    let s${r} = select(masked, ${dot(tile, `q${r}_`, 'k')}, s >= start${r} && s <= t${r});
    let ds${r} = exp(s${r} - lse${r}) * (${dot(tile, `do${r}_`, 'v')} - delta${r});
${addScaled(tile, `dq${r}_`, `ds${r}`, 'k')}`)}
  }
  let scale = inverseSqrt(f32(4u * D4));
${each(rows, (r) => `  if (${inside(r)}) {
    delta[row${r}] = delta${r};
${rotateBack(tile, `dq${r}_`, `t${r}`)}
    let dquery = packed(place.n0 + t${r}, place.head);
${each(d4, (i) => `    dqkv[dquery + ${i}u] = stored4(dq${r}_${i} * scale);`)}
  }`)}
}
`;
}

/** dk = Σ p (dp − delta) q, turned back, and dv = Σ p dout, over the queries at or after the key and the heads that share it. */
export function keyValueGradientSource(tile: Tile): string {
  const { d4, rows } = tile;
  return `${header(tile)}
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled
@group(0) @binding(2) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>; // (N, H) of logsumexp, start
@group(0) @binding(4) var<storage, read> doutput: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read> delta: array<f32>; // (N, H)
@group(0) @binding(6) var<storage, read> rotary: array<vec2f>; // (T, d/2) of cos, sin
@group(0) @binding(7) var<storage, read_write> dqkv: array<stored4>; // (N, (H + 2K)·d)
${entry('keyValueGradient', tile, 'shape.K')}
  let groupSize = shape.H / shape.K;
  let last = min(place.t0 + ${4 * rows - 1}u, shape.T - 1u);
${each(rows, (r) => `${position(r)}
${owned(tile, r, 'k', 'qk', `rotatedKey(place.n0 + t${r}, place.head)`)}
${owned(tile, r, 'v', 'qkv', `packed(place.n0 + t${r}, shape.H + shape.K + place.head)`)}
${zeros(tile, r, 'dk')}
${zeros(tile, r, 'dv')}`)}
  for (var head = place.head * groupSize; head < (place.head + 1u) * groupSize; head++) {
    for (var t = place.t0; t < shape.T; t++) {
      let row = (place.n0 + t) * shape.H + head;
      let statistic = statistics[row];
      let start = u32(statistic.y);
      if (start > last) {
        break;
      }
      let query = rotatedQuery(place.n0 + t, head);
      let gradient = row * D4;
${shared(tile, 'q', 'qk', 'query')}
${shared(tile, 'do', 'doutput', 'gradient')}
${each(rows, (r) => `      let s${r} = select(masked, ${dot(tile, `k${r}_`, 'q')}, t${r} >= start && t${r} <= t);
      let p${r} = exp(s${r} - statistic.x);
      let ds${r} = p${r} * (${dot(tile, `v${r}_`, 'do')} - delta[row]);
${addScaled(tile, `dv${r}_`, `p${r}`, 'do')}
${addScaled(tile, `dk${r}_`, `ds${r}`, 'q')}`)}
    }
  }
${each(rows, (r) => `  if (${inside(r)}) {
${rotateBack(tile, `dk${r}_`, `t${r}`)}
    let dkey = packed(place.n0 + t${r}, shape.H + place.head);
    let dvalue = packed(place.n0 + t${r}, shape.H + shape.K + place.head);
${each(d4, (i) => `    dqkv[dkey + ${i}u] = stored4(dk${r}_${i});
    dqkv[dvalue + ${i}u] = stored4(dv${r}_${i});`)}
  }`)}
}
`;
}
