// What is done with a product before it is stored (src/ops/matmul/epilogue.ts has the same numbers).
const ADD = 1u; // C = product + aux
const SQUARED_RELU = 2u; // C = max(product, 0)²
const SQUARED_RELU_GRADIENT = 3u; // C = product · 2·max(u, 0), where aux = max(u, 0)², so 2·max(u, 0) = 2·√aux
const ACCUMULATE = 4u; // C += product
