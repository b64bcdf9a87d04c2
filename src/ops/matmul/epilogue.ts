/** What is done with a product before it is stored: chosen at run time, so that a layout and tile are one pipeline. */

/** Numbers as in shaders/lib/epilogue.wgsl. */
export const epilogue = { write: 0, add: 1, squaredRelu: 2, squaredReluGradient: 3, accumulate: 4 } as const;

/**
 * The end of an entry point: every vec4 t of `tile`, `count` of them, through the epilogue and into C, whose vec4 i it is. `place`
 * declares its `row` and `column4`. Past the edges of C, i is another's or none: harmless to read. The choice stands outside the
 * loops, which would pay for it at every vec4; the loops are rolled: written out they would take longer to compile than the product.
 */
export function finish(count: number, place: string): string {
  const overTile = (body: string): string => `for (var t = 0u; t < ${count}u; t++) {
    ${place}
    let i = c0 + row * shape.N4 + column4;
    ${body}
  }`;
  return `  switch shape.epilogue {
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
  ${overTile('if ((row < shape.M) & (column4 < shape.N4)) { c[i] = result4(tile[t]); }')}`;
}
