/** The assembler as the kernels of this folder know it; curation makes a module of its own by it. */
export * from '../util/wasm.ts';
