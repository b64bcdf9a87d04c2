import addWgsl from '../../shaders/add.wgsl?raw';
import type { Op } from '../graph/graph.ts';
import { foldWorkgroups, read, write } from '../graph/kernel.ts';
import { plusOptional } from './doubles.ts';

/** c = a + b, element by element, any shape of a multiple of 4 elements: the sum of two gradients that no kernel could fuse. */
export const addOp: Op = {
  name: 'add',
  twin: ([a, b]) => [plusOptional(a!, b)],
  kernels({ inputs: [a, b], outputs: [c] }) {
    const vectors = Math.ceil(c!.size / 4);
    return [
      {
        source: addWgsl,
        entryPoint: 'add',
        bindings: [read(a!), read(b!), write(c!)],
        uniforms: [vectors],
        types: { stored: c!.dtype },
        workgroups: foldWorkgroups(Math.ceil(vectors / 64)),
      },
    ];
  },
};
