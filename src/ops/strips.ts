/** Column reductions: how many invocations of a workgroup share a column, each with a strip of its rows, and through what they add up. */
import aloneWgsl from '../../shaders/lib/stripsAlone.wgsl?raw';
import groupWgsl from '../../shaders/lib/stripsGroup.wgsl?raw';
import quadsWgsl from '../../shaders/lib/stripsQuads.wgsl?raw';

/** One strip needs nothing, four are a quad, more add up in workgroup memory. */
const libraryOf = (strips: number): string => (strips === 1 ? aloneWgsl : strips === 4 ? quadsWgsl : groupWgsl);

/** The shader library that defines STRIPS and stripsSum, for a kernel that defines INVOCATIONS and Sums: what a column adds up to. */
export const stripsWgsl = (strips: number): string => `const STRIPS = ${strips}u;\n${libraryOf(strips)}`;
