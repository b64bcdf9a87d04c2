/**
 * Shader text of attention's three kernels: the WGSL files and, generated here, their loops over the other side's rows.
 *
 * Every lane of a quad owns whole rows, so scores, maxima and sums need no exchange between lanes; what all of them
 * need is loaded a quarter by each lane and broadcast. Inside the loop everything lives in named registers
 * (q{row}_{vec4}), which WGSL can only have written out; before and after it in arrays, whose loops compile ten times
 * faster.
 *
 * Conditions are joined by `&`, not `&&`: each `&&` is a branch, and SwiftShader's compile time grows exponentially
 * with them: 8 in the loop made it 1.4 times as long, 28 a minute and a half.
 */
import backwardWgsl from '../../../shaders/attention/attentionBackward.wgsl?raw';
import forwardBindingsWgsl from '../../../shaders/attention/attentionForward.wgsl?raw';
import forwardWgsl from '../../../shaders/attention/attention.wgsl?raw';
import headsWgsl from '../../../shaders/attention/attentionHeads.wgsl?raw';
import keyValueGradientWgsl from '../../../shaders/attention/attentionKeyValueGradient.wgsl?raw';
import queryGradientWgsl from '../../../shaders/attention/attentionQueryGradient.wgsl?raw';
import tileWgsl from '../../../shaders/attention/attentionTile.wgsl?raw';
import type { KernelContext } from '../../graph/kernel.ts';
import { lanesWgsl } from '../lanes.ts';

export interface AttentionTile {
  /** Positions one lane owns; a quad has four times as many. */
  rows: number;
  /** Rows of the other side that one turn of the loop takes. */
  turn: number;
  /** Invocations of a workgroup. */
  invocations: number;
  /** Whether the forward pass takes four keys a turn, of which every lane loads and turns one and hands it on by swaps. */
  exchange: boolean;
}

/**
 * SwiftShader pays for loads, so its lanes own as many rows as compile quickly: text grows with rows × turn × d. It pays for
 * broadcasts too (five instructions against a swap's one) and for turning a key four times, so narrow heads exchange keys: a quarter
 * off the forward pass at d = 12; wider ones would have to own fewer rows for it and lose as much. A GPU pays for registers, of which
 * query and output of one row are 2d, and hides the time of loads that do not wait for each other.
 */
export function attentionTile(
  { software, quads }: Pick<KernelContext, 'software' | 'quads'>,
  d: number,
): AttentionTile {
  const clamp = (n: number): number => Math.max(1, Math.min(4, Math.floor(n)));
  return software
    ? { rows: clamp(128 / d), turn: d <= 32 ? 2 : 1, invocations: 4, exchange: quads && d <= 16 }
    : { rows: 1, turn: clamp(128 / d), invocations: 64, exchange: false };
}

/** What a loop is written for. */
export interface Unrolled extends AttentionTile {
  quads: boolean;
  /** d / 4. */
  d4: number;
}

const each = (n: number, line: (i: number) => string, join = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(join);
const max = (values: string[]): string => values.reduce((a, b) => `max(${a}, ${b})`);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Arrays into registers: name{r}_{i}. */
const spread = ({ rows, d4 }: Unrolled, name: string, word = 'let'): string =>
  each(rows, (r) => each(d4, (i) => `  ${word} ${name}${r}_${i} = ${name}[${r * d4 + i}];`));
/** And back. */
const collect = ({ rows, d4 }: Unrolled, name: string): string =>
  each(rows, (r) => each(d4, (i) => `  ${name}[${r * d4 + i}] = ${name}${r}_${i};`));

/**
 * Defines name_0 …, a row of `count` vec4s from vec4 `first` of `array` on: one that all lanes of the quad need or, exchanged, the
 * lane's own.
 */
function shared({ quads, exchange, d4 }: Unrolled, name: string, array: string, first: string, count = d4): string {
  if (!quads || exchange) return each(count, (i) => `    let ${name}_${i} = vec4f(${array}[${first} + ${i}u]);`);
  const own = each(Math.ceil(count / 4), (g) => {
    const i = 4 * g + 4 <= count ? `${4 * g}u + place.lane` : `min(${4 * g}u + place.lane, ${count - 1}u)`;
    return `    let ${name}_own${g} = vec4f(${array}[${first} + ${i}]);`;
  });
  return `${own}\n${each(count, (i) => `    let ${name}_${i} = quadBroadcast(${name}_own${i >> 2}, ${i & 3}u);`)}`;
}

/** Defines k{u}_0 …: the packed key of position t{u}, turned as the queries are. */
function turnedKey(tile: Unrolled, u: number, rotated: number): string {
  const half = rotated / 2;
  const component = (name: string, e: number): string => `${name}${u}_${e >> 2}.${'xyzw'[e & 3]}`;
  const cosine = (j: number): string => `angles${u}_${j >> 1}.${'xz'[j & 1]}`;
  const sine = (j: number): string => `angles${u}_${j >> 1}.${'yw'[j & 1]}`;
  const element = (e: number): string => {
    const own = component('packed', e);
    if (e < half) return `${own} * ${cosine(e)} - ${component('packed', e + half)} * ${sine(e)}`;
    if (e < rotated) return `${own} * ${cosine(e - half)} + ${component('packed', e - half)} * ${sine(e - half)}`;
    return own;
  };
  return `${shared(tile, `packed${u}`, 'qkv', `packedKey(n${u}, kvHead)`)}
${shared(tile, `angles${u}`, 'rotary', `(n${u} - place.n0) * D4`, Math.ceil(half / 2))}
${each(
  tile.d4,
  (i) =>
    `    let k${u}_${i} = vec4f(${upTo(4)
      .map((c) => element(4 * i + c))
      .join(', ')});`,
)}`;
}

const dot = ({ d4 }: Unrolled, a: string, b: string): string => each(d4, (i) => `dot(${a}_${i}, ${b}_${i})`, ' + ');

/** name{r} += Σ_u factor{r}_{u} · x{u}, as vectors. */
const addScaled = ({ d4, turn }: Unrolled, name: string, r: number, factor: string, x: string): string =>
  each(d4, (i) => `    ${name}${r}_${i} += ${each(turn, (u) => `${factor}${r}_${u} * ${x}${u}_${i}`, ' + ')};`);

/** The whole source of one kernel. */
function source(
  context: KernelContext,
  tile: Unrolled,
  rotated: number,
  files: string,
  name: string,
  heads: string,
  loop: string,
): string {
  return `const D4 = ${tile.d4}u;
const ROWS = ${tile.rows}u;
const ROTATED = ${rotated}u;
${lanesWgsl(context)}${headsWgsl}${tileWgsl}${files}
@compute @workgroup_size(${tile.invocations})
fn ${name}(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let place = locate((group.y * groups.x + group.x) * ${tile.invocations}u + local, ${heads});
  if (place.outside) {
    return;
  }
  load(place);
${each(tile.rows, (r) => `  let position${r} = position(place, ${r}u);`)}
${loop}
  store(place);
}
`;
}

export type AttentionSource = (context: KernelContext, tile: Unrolled, rotated: number) => string;

const swaps = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];

/** Which row of a turn a lane has at place u: row u or, exchanged, what lane ^ u loaded. */
const ordinal = ({ exchange }: Unrolled, u: number): string => (exchange ? `(place.lane ^ ${u}u)` : `${u}u`);

/** Defines name{u}_0 … of every row of a turn. `load(u)` writes them for place u; exchanged, places 1 to 3 are swapped in. */
function rowsOfTurn(tile: Unrolled, name: string, load: (u: number) => string): string {
  if (!tile.exchange) return each(tile.turn, load);
  const swapped = (u: number): string => each(tile.d4, (i) => `    let ${name}${u}_${i} = ${swaps[u]}(${name}0_${i});`);
  return `${load(0)}\n${[1, 2, 3].map(swapped).join('\n')}`;
}

/** Keys s … s + turn − 1. Past the end the last is repeated, and masked, because s is later than any query. */
const keys = (tile: Unrolled, load: (u: number) => string): string =>
  rowsOfTurn(tile, 'k', (u) => `    let n${u} = place.n0 + min(s + ${ordinal(tile, u)}, place.last);\n${load(u)}`);
const values = (tile: Unrolled): string =>
  rowsOfTurn(tile, 'v', (u) => shared(tile, `v${u}`, 'qkv', `packedValue(n${u}, kvHead)`));
const score = (tile: Unrolled, r: number, u: number): string => {
  const key = `s + ${ordinal(tile, u)}`;
  return `select(masked, ${dot(tile, `q${r}`, `k${u}`)}, (${key} >= start[${r}]) & (${key} <= position${r}))`;
};

/**
 * Online softmax: m follows a row's maximum only when a score passes it by more than 8, so that the output is seldom
 * rescaled (e^8 · T is far from overflow). Rescaling is outside the loop over keys, which it interrupts: inside, it
 * would cost every turn.
 */
export const forwardSource: AttentionSource = (context, given, rotated) => {
  const tile = given.exchange ? { ...given, turn: 4 } : given;
  const { rows, turn, d4 } = tile;
  const loop = `
  let kvHead = place.head / (shape.H / shape.K);
${spread(tile, 'q')}
${spread(tile, 'o', 'var')}
${each(rows, (r) => `  var m${r} = 0.1 * masked;\n  var high${r} = masked;\n  var sum${r} = 0.0;`)}
  var s = documentStartOf(place.n0, place.first);
  loop {
    for (; s <= place.last; s += ${turn}u) {
${keys(tile, (u) => turnedKey(tile, u, rotated))}
${each(rows, (r) => each(turn, (u) => `    let s${r}_${u} = ${score(tile, r, u)};`))}
${each(rows, (r) => `    high${r} = ${max(upTo(turn).map((u) => `s${r}_${u}`))};`)}
    if (lanesMax(${max(upTo(rows).map((r) => `high${r} - m${r}`))}) > 8.0) {
      break;
    }
${values(tile)}
${each(
  rows,
  (r) => `${each(turn, (u) => `    let p${r}_${u} = exp(s${r}_${u} - m${r});\n    sum${r} += p${r}_${u};`)}
${addScaled(tile, 'o', r, 'p', 'v')}`,
)}
    }
    if (s > place.last) {
      break;
    }
${each(
  rows,
  (r) => `    {
      let high = max(m${r}, high${r});
      let shrink = exp(m${r} - high);
      m${r} = high;
      sum${r} *= shrink;
${each(d4, (i) => `      o${r}_${i} *= shrink;`)}
    }`,
)}
  }
${collect(tile, 'o')}
${each(rows, (r) => `  m[${r}] = m${r};\n  sum[${r}] = sum${r};`)}`;
  return source(context, tile, rotated, forwardBindingsWgsl + forwardWgsl, 'attention', 'shape.H', loop);
};

export const queryGradientSource: AttentionSource = (context, given, rotated) => {
  const tile = { ...given, exchange: false };
  const { rows, turn } = tile;
  const loop = `
  let kvHead = place.head / (shape.H / shape.K);
${spread(tile, 'q')}
${spread(tile, 'dout')}
${spread(tile, 'dq', 'var')}
  // The tile's first row sees furthest back.
  let first = u32(statistics[(place.n0 + place.first) * shape.H + place.head].y);
  for (var s = first; s <= place.last; s += ${turn}u) {
${keys(tile, (u) => shared(tile, `k${u}`, 'qk', `rotatedKey(n${u}, kvHead)`))}
${values(tile)}
${each(
  rows,
  (r) => `${each(
    turn,
    (u) => `    let p${r}_${u} = exp(${score(tile, r, u)} - logsumexp[${r}]);
    let ds${r}_${u} = p${r}_${u} * (${dot(tile, `dout${r}`, `v${u}`)} - delta[${r}]);`,
  )}
${addScaled(tile, 'dq', r, 'ds', 'k')}`,
)}
  }
${collect(tile, 'dq')}`;
  return source(context, tile, rotated, backwardWgsl + queryGradientWgsl, 'queryGradient', 'shape.H', loop);
};

export const keyValueGradientSource: AttentionSource = (context, given, rotated) => {
  // Four products a pair where the others have two or three: half as many pairs, or it would compile twice as long as
  // they do.
  const tile = { ...given, turn: Math.ceil(given.turn / 2), exchange: false };
  const { rows, turn } = tile;
  const loop = `
  let groupSize = shape.H / shape.K;
${spread(tile, 'k')}
${spread(tile, 'v')}
${spread(tile, 'dk', 'var')}
${spread(tile, 'dv', 'var')}
  for (var head = place.head * groupSize; head < (place.head + 1u) * groupSize; head++) {
    for (var t = place.first; t < shape.T; t += ${turn}u) {
${each(
  turn,
  (u) => `    let t${u} = min(t + ${u}u, shape.T - 1u);
    let row${u} = (place.n0 + t${u}) * shape.H + head;
    let statistic${u} = statistics[row${u}];
    // A row past the end repeats the last: its document starts beyond every key.
    let start${u} = select(shape.T, u32(statistic${u}.y), t + ${u}u < shape.T);`,
)}
    // Documents that begin after this tile do not see it.
    if (start0 > place.last) {
      break;
    }
${each(
  turn,
  (u) => `    let delta${u} = deltas[row${u}];
${shared(tile, `q${u}`, 'qk', `rotatedQuery(place.n0 + t${u}, head)`)}
${shared(tile, `dout${u}`, 'doutput', `row${u} * D4`)}`,
)}
${each(
  rows,
  (r) => `${each(
    turn,
    (
      u,
    ) => `    let s${r}_${u} = select(masked, ${dot(tile, `k${r}`, `q${u}`)}, (position${r} >= start${u}) & (position${r} <= t${u}));
    let p${r}_${u} = exp(s${r}_${u} - statistic${u}.x);
    let ds${r}_${u} = p${r}_${u} * (${dot(tile, `v${r}`, `dout${u}`)} - delta${u});`,
  )}
${addScaled(tile, 'dv', r, 'p', 'dout')}
${addScaled(tile, 'dk', r, 'ds', 'q')}`,
)}
    }
  }
${collect(tile, 'dk')}
${collect(tile, 'dv')}`;
  return source(context, tile, rotated, backwardWgsl + keyValueGradientWgsl, 'keyValueGradient', 'shape.K', loop);
};
