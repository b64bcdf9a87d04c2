/** Rotary positions: element j of a head turns with j + half by the angle of the table's pair j. */
import { type Expr, f32, f32x4, type Func, i32, type Local, type Locals, type Module } from '../../util/wasm.ts';
import { at } from './arithmetic.ts';

/**
 * rotate(from, to, table, half, d, scale, sign): to = scale · turned(from), backwards for sign −1; what lies behind the 2·half elements
 * that turn is only scaled. `table` has (cos, sin) of the position, pair by pair. `to` may be `from`.
 */
export function rotate(module: Module): Func {
  const f = module.func('rotate', ['i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32']);
  const [from, to, table, half, d, scale, sign] = f.parameters as unknown as Locals;
  const [scales, signs] = [f.let(f32x4.splat(scale)), f.let(f32x4.splat(f32.mul(scale, sign)))];
  const signed = f.let(f32.mul(scale, sign));
  const four = f.let(i32.and(half, i32.const(-4)));
  const turn = (j: Local, unit: typeof f32 | typeof f32x4, cos: Expr, sin: Expr): void => {
    const other = f.let(i32.add(j, half));
    const a = f.let(unit.load(at(from, j)));
    const b = f.let(unit.load(at(from, other)));
    const [c, s] = [f.let(cos), f.let(sin)];
    f.store(at(to, j), unit.sub(unit.mul(a, c), unit.mul(b, s)));
    f.store(at(to, other), unit.add(unit.mul(b, c), unit.mul(a, s)));
  };
  f.for(i32.const(0), four, 4, (j) => {
    const pairs = f.let(i32.add(table, i32.shl(j, 3)));
    const [low, high] = [f.let(f32x4.load(pairs)), f.let(f32x4.load(pairs, 16))];
    const cos = f32x4.mul(scales, f32x4.shuffle(low, high, [0, 2, 4, 6]));
    turn(j, f32x4, cos, f32x4.mul(signs, f32x4.shuffle(low, high, [1, 3, 5, 7])));
  });
  f.for(four, half, 1, (j) => {
    const pair = f.let(i32.add(table, i32.shl(j, 3)));
    turn(j, f32, f32.mul(scale, f32.load(pair)), f32.mul(signed, f32.load(pair, 4)));
  });
  f.for(i32.shl(half, 1), d, 1, (j) => f.store(at(to, j), f32.mul(scale, f32.load(at(from, j)))));
  return f;
}
