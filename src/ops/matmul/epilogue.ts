/**
 * What is done with a product before it is stored: chosen at run time, so that a layout and tile are one pipeline, and outside what is
 * done for every vec4. Past the edges of C, a vec4's place i is another's or none: harmless to read.
 */

/** Numbers as in shaders/lib/epilogue.wgsl. */
export const epilogue = { write: 0, add: 1, squaredRelu: 2, squaredReluGradient: 3, accumulate: 4 } as const;

/** `every` writes a statement for every vec4 of a lane's tile, given what to do with the vec4 x whose place is i. */
function choice(every: (statement: (x: string, i: string) => string) => string): string {
  return `  switch shape.epilogue {
    case ADD: {
${every((x, i) => `${x} += vec4f(aux[${i}]);`)}
    }
    case SQUARED_RELU: {
${every((x) => `${x} = max(${x}, vec4f()) * max(${x}, vec4f());`)}
    }
    case SQUARED_RELU_GRADIENT: {
${every((x, i) => `${x} *= 2.0 * sqrt(vec4f(aux[${i}]));`)}
    }
    case ACCUMULATE: {
${every((x, i) => `${x} += vec4f(c[${i}]);`)}
    }
    default: {}
  }`;
}

/**
 * The end of an entry point whose vec4s lie in the array `tile`; `place` declares row and column4 of its vec4 t. Rolled: on a software
 * adapter, written out, it would take longer to compile than the product.
 */
export function finishArray(count: number, place: string): string {
  const overTile = (body: string): string => `      for (var t = 0u; t < ${count}u; t++) {
        ${place}
        let i = c0 + row * shape.N4 + column4;
        ${body}
      }`;
  return `${choice((statement) => overTile(statement('tile[t]', 'i')))}
${overTile('if ((row < shape.M) & (column4 < shape.N4)) { c[i] = result4(tile[t]); }')}`;
}

/**
 * The end of an entry point whose vec4s are c{m}_{j}, with places i{m}_{j} in rows row{m} and columns column{j}. Written out, because
 * a GPU would put an array that a loop walks through into memory: a fifth of the product's time at 256 inner steps.
 */
export function finishRegisters(rows: number, columns4: number): string {
  const every = (statement: (m: number, j: number) => string): string =>
    Array.from(
      { length: rows * columns4 },
      (_, t) => `      ${statement(Math.floor(t / columns4), t % columns4)}`,
    ).join('\n');
  return `${choice((statement) => every((m, j) => statement(`c${m}_${j}`, `i${m}_${j}`)))}
${every((m, j) => `if ((row${m} < shape.M) & (column${j} < shape.N4)) { c[i${m}_${j}] = result4(c${m}_${j}); }`)}`;
}
