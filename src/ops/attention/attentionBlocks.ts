/**
 * Shader text of attention's three kernels for a GPU: blocks of rows against blocks of columns in workgroup memory, as
 * a matrix product does it (attentionBlock.wgsl). Generated here is what lives in registers, which WGSL can only have
 * written out: for each of a lane's rows one vec4 of scores and, for each chunk of d, one of every output.
 */
import backwardWgsl from '../../../shaders/attention/attentionBackward.wgsl?raw';
import blockWgsl from '../../../shaders/attention/attentionBlock.wgsl?raw';
import blockForwardWgsl from '../../../shaders/attention/attentionBlockForward.wgsl?raw';
import blockGradientWgsl from '../../../shaders/attention/attentionBlockGradient.wgsl?raw';
import blockKeyValueGradientWgsl from '../../../shaders/attention/attentionBlockKeyValueGradient.wgsl?raw';
import blockQueryGradientWgsl from '../../../shaders/attention/attentionBlockQueryGradient.wgsl?raw';
import forwardWgsl from '../../../shaders/attention/attentionForward.wgsl?raw';
import headsWgsl from '../../../shaders/attention/attentionHeads.wgsl?raw';

export interface Block {
  /** Rows of a lane; a block has eight times as many. */
  rows: 2 | 4;
  /** D / 4. */
  d4: number;
  /** Elements of a head that turn. */
  rotated: number;
}

/** Widest head that blocks can take: eight rows of it fill the tile in which gradients are turned back. */
export const widestBlockHead = 128;

/** Workgroups that keep a large GPU busy, two on each of 128 multiprocessors. */
const enoughWorkgroups = 256;

/**
 * Rows of a lane. Four make 16 multiplications of each vec4 read from workgroup memory; two make twice as many
 * workgroups, for small shapes, and half as many registers, for wide heads.
 */
export function rowsFor(d: number, T: number, strips: number): Block['rows'] {
  return d > 64 || strips * Math.ceil(T / 32) < enoughWorkgroups ? 2 : 4;
}

const each = (n: number, line: (i: number) => string, join = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(join);

/** Vec4s of a chunk of d. */
const chunk = 8;
const chunks = ({ d4 }: Block): number => Math.ceil(d4 / chunk);
/** `line` for every row r of a lane; `place(r)`, where it lies in a tile. */
const rowwise = ({ rows }: Block, line: (r: number) => string, join?: string): string => each(rows, line, join);
const place = (r: number): string => `y + ${8 * r}u`;
/** Component of an OfRows: what a lane keeps of row r. */
const of = (r: number): string => 'xyzw'[r]!;
const ofRows = (block: Block, value: (r: number) => string): string => `OfRows(${rowwise(block, value, ', ')})`;
/** A lane's vec4 of chunk c. Lanes past the end of a head repeat its last vec4; what they make of it is not stored. */
const vector = ({ d4 }: Block, c: number): string =>
  chunk * (c + 1) <= d4 ? `${chunk * c}u + x` : `min(${chunk * c}u + x, ${d4 - 1}u)`;

/** Brings a chunk into a tile. `value(r)`: what the lane loads for the tile's row y + 8r. */
interface Fill {
  tile: 'rowTile' | 'columnTile';
  value: (r: number) => string;
}
interface Phase {
  /** What is done with registers and `weights` once the phase before is over. */
  before?: string;
  fills: Fill[];
  /** What is done with the tiles before others may be filled. */
  use: string;
}

/** 32-bit registers a lane may want before a GPU runs fewer lanes at a time for it, or spills. */
const registers = 128;

/**
 * Phases one after another; `held`: vec4s a row that live through them. What the next phase fills is loaded before this
 * one computes, which hides the time of the loads, if there are registers for it.
 */
function pipeline(block: Block, held: number, phases: Phase[]): string {
  const count = ({ tile }: Fill): number => (tile === 'rowTile' ? block.rows : 4);
  const all = (phase: number, line: (fill: Fill, name: string) => string): string =>
    (phases[phase]?.fills ?? []).map((fill) => line(fill, `${fill.tile}${phase}_`)).join('\n');
  const load = (phase: number): string =>
    all(phase, (fill, name) => each(count(fill), (r) => `    let ${name}${r} = ${fill.value(r)};`));
  const put = (phase: number): string =>
    all(phase, (fill, name) => each(count(fill), (r) => `    ${fill.tile}[${place(r)}][x] = ${name}${r};`));
  // Two tiles on their way, and as many vec4s read from them, beside what is held.
  const ahead = 4 * (held * block.rows + 2 * (block.rows + 4)) <= registers;
  const run = phases.map(
    ({ before = '', fills, use }, phase) => `${ahead ? '' : load(phase)}
${before}
${put(phase)}
${fills.length + before.length > 0 ? '    workgroupBarrier();' : ''}
${ahead ? load(phase + 1) : ''}
${use}
    workgroupBarrier();`,
  );
  return `${ahead ? load(0) : ''}\n${run.join('\n')}`;
}

/** name{r} += rows · columns, of chunk c. */
const multiply = (block: Block, name: string, c: number): string => `
    for (var i = 0u; i < ${Math.min(chunk, block.d4 - chunk * c)}u; i++) {
      let columns = columnsAt(x, i);
${rowwise(block, (r) => `      ${name}${r} = addProduct(${name}${r}, columns, rowTile[${place(r)}][i]);`)}
    }`;

/** name{r}_{c} += weights · columns. */
const accumulate = (block: Block, name: string, c: number): string => `
    for (var j = 0u; j < 8u; j++) {
      let values = valuesAt(x, j);
${rowwise(block, (r) => `      ${name}${r}_${c} = addProduct(${name}${r}_${c}, values, weights[${place(r)}][j]);`)}
    }`;

const weigh = (block: Block, name: string): string =>
  rowwise(block, (r) => `    weights[${place(r)}][x] = ${name}${r};`);

const zeros = (block: Block, name: string): string => rowwise(block, (r) => `    var ${name}${r} = vec4f();`);
const zeroOutputs = (block: Block, name: string): string =>
  rowwise(block, (r) => each(chunks(block), (c) => `  var ${name}${r}_${c} = vec4f();`));

const perChunk = <T>(block: Block, make: (c: number) => T): T[] =>
  Array.from({ length: chunks(block) }, (_, c) => make(c));

/** Stores `value(r, c)` at vec4 `at(r)` of an array, for what is inside the sequence and the head. */
const store = (
  block: Block,
  array: string,
  at: (r: number) => string,
  value: (r: number, c: number) => string,
): string => rowwise(block, (r) => storeRow(block, array, r, at(r), (c) => value(r, c)));
const storeRow = (block: Block, array: string, r: number, at: string, value: (c: number) => string): string =>
  `  if (t${r} <= last) {
${each(chunks(block), (c) => `    if (${chunk * c}u + x < D4) {\n      ${array}[${at} + ${chunk * c}u + x] = stored4(${value(c)});\n    }`)}
  }`;

/** Stores a gradient turned back: eight rows at a time lie in columnTile, where lanes find the partners of their elements. */
const storeTurnedBack = (block: Block, name: string, at: (r: number) => string, scale = ''): string =>
  rowwise(
    block,
    (r) => `${each(chunks(block), (c) => `  columnTile[y + ${8 * c}u][x] = ${name}${r}_${c};`)}
  workgroupBarrier();
${storeRow(block, 'dqkv', r, at(r), (c) => `turnedBack(y, t${r}, ${chunk * c}u + x)${scale}`)}
  workgroupBarrier();`,
  );

interface Entry {
  name: string;
  /** What the rows are. */
  of: 'queries' | 'keys';
  files: string;
  body: string;
}

function source(block: Block, { name, of: rows, files, body }: Entry): string {
  const [head, heads] = rows === 'queries' ? ['head', 'shape.H'] : ['kvHead', 'shape.K'];
  const strip = `number % (shape.B * ${heads})`;
  const turn = `number / (shape.B * ${heads})`;
  return `const D4 = ${block.d4}u;
const ROWS = ${block.rows}u;
const ROTATED = ${block.rotated}u;
alias OfRows = vec${block.rows}f;
${headsWgsl}${files}${blockWgsl}
@compute @workgroup_size(64)
fn ${name}(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let x = local & 7u;
  let y = local >> 3u;
  let number = group.y * groups.x + group.x;
  if (number >= shape.B * ${heads} * shape.tiles) {
    return;
  }
  let ${head} = ${strip} % ${heads};
  let n0 = ${strip} / ${heads} * shape.T;
  // Late queries and early keys have most to do, so they come first.
  let first = ${rows === 'queries' ? `(shape.tiles - 1u - ${turn})` : turn} * (8u * ROWS);
  let last = min(first + 8u * ROWS, shape.T) - 1u;
  // Rows past the last compute on a copy of it and store nothing.
${rowwise(block, (r) => `  let t${r} = first + ${place(r)};\n  let row${r} = n0 + min(t${r}, last);`)}
${body}
}
`;
}

/** Keys s + x, s + x + 8 … that rows 0 … may see: those from the start of their document to themselves. */
const querySpans = (block: Block, start: (r: number) => string): string =>
  rowwise(block, (r) => `  let start${r} = ${start(r)};\n  let span${r} = row${r} - n0 - start${r};`);
const maskKeys = (block: Block): string => `    let keys = s + x + vec4u(0u, 8u, 16u, 24u);
${rowwise(block, (r) => `    s${r} = select(vec4f(masked), s${r}, (keys - start${r}) <= vec4u(span${r}));`)}`;

/** A key's row in the tile that starts at s. Past the end the last is repeated, and masked, because its number is later than any query. */
const keyRow = (r: number): string => `min(s + ${place(r)}, last)`;
const values = (block: Block, c: number): Fill => ({
  tile: 'columnTile',
  value: (r) => `vec4f(qkv[packedValue(n0 + ${keyRow(r)}, kvHead) + ${vector(block, c)}])`,
});

/** Defines name{r}_{c}, the lane's rows of packed heads, turned; loads before stores, so that they do not wait for each other. */
const turnedRows = (block: Block, name: string, packed: (r: number) => string, scale = ''): string =>
  rowwise(block, (r) =>
    each(
      chunks(block),
      (c) => `  let ${name}${r}_${c} = turned(${packed(r)}, row${r} - n0, ${vector(block, c)})${scale};`,
    ),
  );

export function blockForwardSource(block: Block): string {
  const loneChunk = chunks(block) === 1;
  const queries = (c: number): Fill => ({
    tile: 'rowTile',
    value: (r) => `vec4f(qk[rotatedQuery(row${r}, head) + ${vector(block, c)}])`,
  });
  const keys = (c: number): Fill => ({
    tile: 'columnTile',
    value: (r) => `turned(packedKey(n0 + ${keyRow(r)}, kvHead), ${keyRow(r)}, ${vector(block, c)})`,
  });
  const softmax = `
    var high = m;
    for (var lane = 0u; lane < 8u; lane++) {
      high = max(high, shares[y][lane]);
    }
    let shrink = exp(m - high);
    m = high;
${rowwise(block, (r) => `    s${r} = exp(s${r} - m.${of(r)});`)}
    sum = sum * shrink + ${ofRows(block, (r) => `total(s${r})`)};
${weigh(block, 's')}
${rowwise(block, (r) => each(chunks(block), (c) => `    o${r}_${c} *= shrink.${of(r)};`))}`;
  const scores = perChunk(block, (c) => ({
    fills: loneChunk ? [keys(c)] : [queries(c), keys(c)],
    use:
      multiply(block, 's', c) +
      (c + 1 < chunks(block)
        ? ''
        : `\n${maskKeys(block)}\n    shares[y][x] = ${ofRows(block, (r) => `highest(s${r})`)};`),
  }));
  const outputs = perChunk(block, (c) => ({
    before: c === 0 ? softmax : '',
    fills: [values(block, c)],
    use: accumulate(block, 'o', c),
  }));
  const body = `
  let kvHead = head / (shape.H / shape.K);
  let scale = inverseSqrt(f32(4u * D4));
${turnedRows(block, 'q', (r) => `packedQuery(row${r}, head)`, ' * scale')}
${store(
  block,
  'qk',
  (r) => `rotatedQuery(row${r}, head)`,
  (r, c) => `q${r}_${c}`,
)}
${loneChunk ? rowwise(block, (r) => `  rowTile[${place(r)}][x] = q${r}_0;`) : ''}
  // The first of the heads that share a key turns it for the backward pass too.
  if (head % (shape.H / shape.K) == 0u) {
${turnedRows(block, 'k', (r) => `packedKey(row${r}, kvHead)`)}
${store(
  block,
  'qk',
  (r) => `rotatedKey(row${r}, kvHead)`,
  (r, c) => `k${r}_${c}`,
)}
  }
${querySpans(block, (r) => `documentStartOf(n0, row${r} - n0)`)}
${zeroOutputs(block, 'o')}
  var m = OfRows(0.1 * masked);
  var sum = OfRows();
  storageBarrier();
  for (var s = documentStartOf(n0, first); s <= last; s += COLUMNS) {
${zeros(block, 's')}
${pipeline(block, 1 + chunks(block), [...scores, ...outputs])}
  }
  shares[y][x] = sum;
  workgroupBarrier();
  let all = totalShares(y);
${store(
  block,
  'output',
  (r) => `(row${r} * shape.H + head) * D4`,
  (r, c) => `o${r}_${c} / all.${of(r)}`,
)}
  if (x == 0u) {
${rowwise(block, (r) => `    if (t${r} <= last) {\n      statistics[row${r} * shape.H + head] = vec2f(m.${of(r)} + log(all.${of(r)}), f32(start${r}));\n    }`)}
  }`;
  const files = forwardWgsl + blockForwardWgsl;
  return source(block, { name: 'attention', of: 'queries', files, body });
}

export function blockQueryGradientSource(block: Block): string {
  const outputGradients = (c: number): Fill => ({
    tile: 'rowTile',
    value: (r) => `vec4f(doutput[(row${r} * shape.H + head) * D4 + ${vector(block, c)}])`,
  });
  const queries = (c: number): Fill => ({
    tile: 'rowTile',
    value: (r) => `vec4f(qk[rotatedQuery(row${r}, head) + ${vector(block, c)}])`,
  });
  const keys = (c: number): Fill => ({
    tile: 'columnTile',
    value: (r) => `vec4f(qk[rotatedKey(n0 + ${keyRow(r)}, kvHead) + ${vector(block, c)}])`,
  });
  const lastChunk = chunks(block) - 1;
  const gradients = `
${maskKeys(block)}
${rowwise(block, (r) => `    ds${r} = exp(s${r} - logsumexp${r}) * (ds${r} - delta.${of(r)});`)}
${weigh(block, 'ds')}`;
  const phases: Phase[] = [
    ...perChunk(block, (c) => ({ fills: [outputGradients(c), values(block, c)], use: multiply(block, 'ds', c) })),
    ...perChunk(block, (c) => ({
      fills: [queries(c), keys(c)],
      use: multiply(block, 's', c) + (c === lastChunk ? gradients : ''),
    })),
    // The last chunk of the keys is still there.
    ...perChunk(block, (c) => ({
      fills: c === 0 ? [] : [keys(lastChunk - c)],
      use: accumulate(block, 'dq', lastChunk - c),
    })),
  ];
  const body = `
  let kvHead = head / (shape.H / shape.K);
  shares[y][x] = ${ofRows(block, (r) => `deltaShare(row${r}, head, x)`)};
  workgroupBarrier();
  let delta = totalShares(y);
${rowwise(block, (r) => `  let statistic${r} = statistics[row${r} * shape.H + head];\n  let logsumexp${r} = statistic${r}.x;`)}
${querySpans(block, (r) => `u32(statistic${r}.y)`)}
${zeroOutputs(block, 'dq')}
  // The block's first row sees furthest back.
  for (var s = u32(statistics[(n0 + first) * shape.H + head].y); s <= last; s += COLUMNS) {
${zeros(block, 's')}
${zeros(block, 'ds')}
${pipeline(block, 2 + chunks(block), phases)}
  }
  if (x == 0u) {
${rowwise(block, (r) => `    if (t${r} <= last) {\n      deltas[row${r} * shape.H + head] = delta.${of(r)};\n    }`)}
  }
  let scale = inverseSqrt(f32(4u * D4));
${storeTurnedBack(block, 'dq', (r) => `packedQuery(row${r}, head)`, ' * scale')}`;
  const files = backwardWgsl + blockQueryGradientWgsl + blockGradientWgsl;
  return source(block, { name: 'queryGradient', of: 'queries', files, body });
}

export function blockKeyValueGradientSource(block: Block): string {
  const keys = (c: number): Fill => ({
    tile: 'rowTile',
    value: (r) => `vec4f(qk[rotatedKey(row${r}, kvHead) + ${vector(block, c)}])`,
  });
  const ownValues = (c: number): Fill => ({
    tile: 'rowTile',
    value: (r) => `vec4f(qkv[packedValue(row${r}, kvHead) + ${vector(block, c)}])`,
  });
  const queryRow = (r: number): string => `n0 + min(s + ${place(r)}, shape.T - 1u)`;
  const queries = (c: number): Fill => ({
    tile: 'columnTile',
    value: (r) => `vec4f(qk[rotatedQuery(${queryRow(r)}, head) + ${vector(block, c)}])`,
  });
  const outputGradients = (c: number): Fill => ({
    tile: 'columnTile',
    value: (r) => `vec4f(doutput[((${queryRow(r)}) * shape.H + head) * D4 + ${vector(block, c)}])`,
  });
  const last = (c: number, text: string): string => (c + 1 < chunks(block) ? '' : text);
  const four = (value: (at: string) => string): string => each(4, (i) => value(`at.${'xyzw'[i]}`), ', ');
  const probabilities = `
${rowwise(block, (r) => `    s${r} = exp(select(vec4f(masked), s${r}, (vec4u(row${r} - n0) - starts) <= queries - starts) - logsumexps);`)}
${weigh(block, 's')}`;
  const gradients = `
${rowwise(block, (r) => `    ds${r} = s${r} * (ds${r} - delta);`)}
${weigh(block, 'ds')}`;
  const phases: Phase[] = [
    ...perChunk(block, (c) => ({
      fills: [keys(c), queries(c)],
      use: multiply(block, 's', c) + last(c, probabilities),
    })),
    ...perChunk(block, (c) => ({
      fills: [ownValues(c), outputGradients(c)],
      use: multiply(block, 'ds', c) + accumulate(block, 'dv', c),
    })),
    ...perChunk(block, (c) => ({
      before: c === 0 ? gradients : '',
      fills: [queries(c)],
      use: accumulate(block, 'dk', c),
    })),
  ];
  const body = `
  let groupSize = shape.H / shape.K;
${zeroOutputs(block, 'dk')}
${zeroOutputs(block, 'dv')}
  for (var head = kvHead * groupSize; head < (kvHead + 1u) * groupSize; head++) {
  for (var s = first; s < shape.T; s += COLUMNS) {
    let startOfNext = documentStartOf((n0 + min(s + COLUMNS, shape.T - 1u)) * shape.H + head);
    let queries = s + x + vec4u(0u, 8u, 16u, 24u);
    let at = (n0 + min(queries, vec4u(shape.T - 1u))) * shape.H + head;
    let logsumexps = vec4f(${four((at) => `statistics[${at}].x`)});
    // A query past the end repeats the last: its document starts beyond every key.
    let starts = select(vec4u(shape.T), vec4u(${four((at) => `documentStartOf(${at})`)}), queries < vec4u(shape.T));
    let delta = vec4f(${four((at) => `deltas[${at}]`)});
${zeros(block, 's')}
${zeros(block, 'ds')}
${pipeline(block, 2 + 2 * chunks(block), phases)}
    // Documents that begin after this block do not see it.
    if (startOfNext > last) {
      break;
    }
  }
  }
${store(
  block,
  'dqkv',
  (r) => `packedValue(row${r}, kvHead)`,
  (r, c) => `dv${r}_${c}`,
)}
${storeTurnedBack(block, 'dk', (r) => `packedKey(row${r}, kvHead)`)}`;
  const files = backwardWgsl + blockKeyValueGradientWgsl + blockGradientWgsl;
  return source(block, { name: 'keyValueGradient', of: 'keys', files, body });
}
