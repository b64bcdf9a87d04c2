/**
 * A small assembler of WebAssembly: modules of numeric functions over one memory, made at start from TypeScript. Loops that are
 * unrolled and constants that are known are plain TypeScript around it, and nothing has to be built or shipped.
 *
 * Expressions are values (`f32x4.add(a, b)`), statements are calls on the function that is being written (`f.set(x, …)`).
 * Encodings: WebAssembly core specification 3.0, binary format; relaxed SIMD included.
 */

export type Type = 'i32' | 'f32' | 'f64' | 'v128';
const TYPES: Record<Type, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

export interface Expr {
  readonly type: Type;
  readonly code: readonly number[];
}

/** A local or parameter: read it as an expression, write it with `f.set`. */
export interface Local extends Expr {
  readonly index: number;
}

const leb = (value: number): number[] => {
  const out: number[] = [];
  let left = value;
  do {
    const low = left & 0x7f;
    left >>>= 7;
    out.push(left === 0 ? low : low | 0x80);
  } while (left !== 0);
  return out;
};
const signedLeb = (value: number): number[] => {
  const out: number[] = [];
  for (let left = value; ;) {
    const low = left & 0x7f;
    left >>= 7;
    if ((left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0)) return [...out, low];
    out.push(low | 0x80);
  }
};
const word = new DataView(new ArrayBuffer(8));
const f32Bytes = (value: number): number[] => {
  word.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => word.getUint8(i));
};
const f64Bytes = (value: number): number[] => {
  word.setFloat64(0, value, true);
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => word.getUint8(i));
};

const expr = (type: Type, ...parts: readonly (readonly number[])[]): Expr => ({ type, code: parts.flat() });
const unary =
  (type: Type, ...op: number[]) =>
  (a: Expr): Expr =>
    expr(type, a.code, op);
const binary =
  (type: Type, ...op: number[]) =>
  (a: Expr, b: Expr): Expr =>
    expr(type, a.code, b.code, op);
const simd = (op: number): number[] => [0xfd, ...leb(op)];
const load =
  (type: Type, op: number[], align: number) =>
  (address: Expr, offset = 0): Expr =>
    expr(type, address.code, op, [align], leb(offset));

export const i32 = {
  const: (value: number): Expr => expr('i32', [0x41], signedLeb(value | 0)),
  add: binary('i32', 0x6a),
  sub: binary('i32', 0x6b),
  mul: binary('i32', 0x6c),
  /** Of numbers without sign. */
  div: binary('i32', 0x6e),
  rem: binary('i32', 0x70),
  and: binary('i32', 0x71),
  shl: (a: Expr, bits: number): Expr => expr('i32', a.code, [0x41], signedLeb(bits), [0x74]),
  shr: (a: Expr, bits: number): Expr => expr('i32', a.code, [0x41], signedLeb(bits), [0x75]),
  lt: binary('i32', 0x48),
  ge: binary('i32', 0x4e),
  eq: binary('i32', 0x46),
  ne: binary('i32', 0x47),
  select: (ifTrue: Expr, ifFalse: Expr, condition: Expr): Expr =>
    expr('i32', ifTrue.code, ifFalse.code, condition.code, [0x1b]),
  /** Of two numbers with sign, cheap ones: each is written twice. */
  min: (a: Expr, b: Expr): Expr => i32.select(a, b, i32.lt(a, b)),
  load: load('i32', [0x28], 2),
  reinterpret: unary('i32', 0xbc),
  truncate: unary('i32', 0xa8),
  anyTrue: unary('i32', ...simd(0x53)),
};
export const f32 = {
  const: (value: number): Expr => expr('f32', [0x43], f32Bytes(value)),
  add: binary('f32', 0x92),
  sub: binary('f32', 0x93),
  mul: binary('f32', 0x94),
  div: binary('f32', 0x95),
  max: binary('f32', 0x97),
  sqrt: unary('f32', 0x91),
  eq: binary('i32', 0x5b),
  gt: binary('i32', 0x5e),
  ge: binary('i32', 0x60),
  load: load('f32', [0x2a], 2),
  fromI32: unary('f32', 0xb2),
  demote: unary('f32', 0xb6),
  reinterpret: unary('f32', 0xbe),
  select: (ifTrue: Expr, ifFalse: Expr, condition: Expr): Expr =>
    expr('f32', ifTrue.code, ifFalse.code, condition.code, [0x1b]),
};
export const f64 = {
  const: (value: number): Expr => expr('f64', [0x44], f64Bytes(value)),
  add: binary('f64', 0xa0),
  sub: binary('f64', 0xa1),
  mul: binary('f64', 0xa2),
  div: binary('f64', 0xa3),
  sqrt: unary('f64', 0x9f),
  load: load('f64', [0x2b], 3),
  promote: unary('f64', 0xbb),
  fromI32: unary('f64', 0xb7),
};
export const f32x4 = {
  load: load('v128', simd(0x00), 2),
  /** The f32 at an address, in all four lanes. */
  loadSplat: load('v128', simd(0x09), 2),
  splat: unary('v128', ...simd(0x13)),
  /** One number in all four lanes. */
  const: (value: number): Expr =>
    expr('v128', simd(0x0c), [...f32Bytes(value), ...f32Bytes(value), ...f32Bytes(value), ...f32Bytes(value)]),
  lane: (a: Expr, lane: number): Expr => expr('f32', a.code, simd(0x1f), [lane]),
  /** Lanes 0–3 of a and 4–7 of b, in the order asked for. */
  shuffle: (a: Expr, b: Expr, lanes: readonly [number, number, number, number]): Expr =>
    expr(
      'v128',
      a.code,
      b.code,
      simd(0x0d),
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
  add: binary('v128', ...simd(0xe4)),
  sub: binary('v128', ...simd(0xe5)),
  mul: binary('v128', ...simd(0xe6)),
  div: binary('v128', ...simd(0xe7)),
  min: binary('v128', ...simd(0xe8)),
  max: binary('v128', ...simd(0xe9)),
  sqrt: unary('v128', ...simd(0xe3)),
  nearest: unary('v128', ...simd(0x6a)),
  lt: binary('v128', ...simd(0x43)),
  /** a · b + c, rounded once where the processor has the instruction. */
  relaxedMadd: (a: Expr, b: Expr, c: Expr): Expr => expr('v128', a.code, b.code, c.code, simd(0x105)),
};
export const i32x4 = {
  splat: unary('v128', ...simd(0x11)),
  const: (value: number): Expr => i32x4.splat(i32.const(value)),
  add: binary('v128', ...simd(0xae)),
  mul: binary('v128', ...simd(0xb5)),
  /** Of numbers with sign. */
  min: binary('v128', ...simd(0xb6)),
  eq: binary('v128', ...simd(0x37)),
  shl: (a: Expr, bits: number): Expr => expr('v128', a.code, [0x41], signedLeb(bits), simd(0xab)),
  /** Of numbers without sign. */
  shr: (a: Expr, bits: number): Expr => expr('v128', a.code, [0x41], signedLeb(bits), simd(0xad)),
  load: load('v128', simd(0x00), 2),
  /** The i32 at an address, in all four lanes. */
  loadSplat: load('v128', simd(0x09), 2),
  /** Of an f32x4, towards zero. */
  truncate: unary('v128', ...simd(0xf8)),
};
export const f64x2 = {
  zero: expr(
    'v128',
    simd(0x0c),
    Array.from({ length: 16 }, () => 0),
  ),
  add: binary('v128', ...simd(0xf0)),
  /** The first two lanes of an f32x4. */
  promoteLow: unary('v128', ...simd(0x5f)),
  lane: (a: Expr, lane: number): Expr => expr('f64', a.code, simd(0x21), [lane]),
};
export const v128 = {
  and: binary('v128', ...simd(0x4e)),
  /** a without the bits of b. */
  andNot: binary('v128', ...simd(0x4f)),
  or: binary('v128', ...simd(0x50)),
  xor: binary('v128', ...simd(0x51)),
};

/** A function's parameters, as many as it was defined with. */
export type Locals = readonly [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];

export class Func {
  readonly name: string;
  /** Its place in the module. */
  readonly index: number;
  readonly parameters: readonly Local[];
  readonly #locals: Type[] = [];
  readonly #code: number[] = [];

  constructor(name: string, index: number, parameters: readonly Type[]) {
    this.name = name;
    this.index = index;
    this.parameters = parameters.map((type, i) => local(type, i));
  }

  local(type: Type): Local {
    this.#locals.push(type);
    return local(type, this.parameters.length + this.#locals.length - 1);
  }

  set(target: Local, value: Expr): void {
    this.#code.push(...value.code, 0x21, ...leb(target.index));
  }

  /** A new local with this value. */
  let(value: Expr): Local {
    const made = this.local(value.type);
    this.set(made, value);
    return made;
  }

  store(address: Expr, value: Expr, offset = 0): void {
    const op = { i32: [0x36, 2], f32: [0x38, 2], f64: [0x39, 3], v128: [...simd(0x0b), 2] }[value.type];
    this.#code.push(...address.code, ...value.code, ...op, ...leb(offset));
  }

  /** Repeats `body` while `condition` holds after it: at least once. */
  repeat(body: () => void, condition: Expr): void {
    this.#code.push(0x03, 0x40);
    body();
    this.#code.push(...condition.code, 0x0d, 0, 0x0b);
  }

  when(condition: Expr, body: () => void, otherwise?: () => void): void {
    this.#code.push(...condition.code, 0x04, 0x40);
    body();
    if (otherwise) {
      this.#code.push(0x05);
      otherwise();
    }
    this.#code.push(0x0b);
  }

  /** i from `from` to below `to` in steps of `step`; not at all where there is nothing between. */
  for(from: Expr, to: Expr, step: number, body: (i: Local) => void): void {
    const i = this.let(from);
    const end = this.let(to);
    this.when(i32.lt(i, end), () =>
      this.repeat(
        () => {
          body(i);
          this.set(i, i32.add(i, i32.const(step)));
        },
        i32.lt(i, end),
      ),
    );
  }

  return(): void {
    this.#code.push(0x0f);
  }

  call(target: Func, ...args: Expr[]): void {
    for (const arg of args) this.#code.push(...arg.code);
    this.#code.push(0x10, ...leb(target.index));
  }

  body(): number[] {
    const locals = this.#locals.flatMap((type) => [1, TYPES[type]]);
    const code = [...leb(this.#locals.length), ...locals, ...this.#code, 0x0b];
    return [...leb(code.length), ...code];
  }
}

const local = (type: Type, index: number): Local => ({ type, index, code: [0x20, ...leb(index)] });

const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  const body = [...leb(entries.length), ...entries.flat()];
  return [id, ...leb(body.length), ...body];
};
const named = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name);
  return [...leb(bytes.length), ...bytes];
};

/** Functions that call each other, exported by name, over the memory that the module imports as `env.memory`. */
export class Module {
  readonly #functions: Func[] = [];

  func(name: string, parameters: readonly Type[]): Func {
    const made = new Func(name, this.#functions.length, parameters);
    this.#functions.push(made);
    return made;
  }

  /** The binary form. The memory's limits are in pages of 64 KiB. */
  assemble(memory: { pages: number; most: number; shared: boolean }): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const types = functions.map(({ parameters }) => [
      0x60,
      ...leb(parameters.length),
      ...parameters.map(({ type }) => TYPES[type]),
      0,
    ]);
    const limits = [memory.shared ? 3 : 1, ...leb(memory.pages), ...leb(memory.most)];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, types),
      ...section(2, [[...named('env'), ...named('memory'), 2, ...limits]]),
      ...section(
        3,
        functions.map((_, i) => leb(i)),
      ),
      ...section(
        7,
        functions.map(({ name }, i) => [...named(name), 0, ...leb(i)]),
      ),
      ...section(
        10,
        functions.map((one) => one.body()),
      ),
    ]);
  }
}
