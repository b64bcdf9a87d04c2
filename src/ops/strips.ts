/** Column reductions: how many invocations of a workgroup share a column, each with a strip of its rows, and through what they add up. */
import aloneWgsl from '../../shaders/lib/stripsAlone.wgsl?raw';
import groupWgsl from '../../shaders/lib/stripsGroup.wgsl?raw';
import stripsWgsl from '../../shaders/lib/strips.wgsl?raw';
import quadsWgsl from '../../shaders/lib/stripsQuads.wgsl?raw';

/** One strip needs nothing, four are a quad, more add up in workgroup memory. */
const libraryOf = (strips: number): string => (strips === 1 ? aloneWgsl : strips === 4 ? quadsWgsl : groupWgsl);

/** The library that defines columnOf, stripOf and stripsSum, for a kernel that defines INVOCATIONS and Sums: what a column adds up to. */
export const stripsOf = (strips: number): string => `const STRIPS = ${strips}u;\n${stripsWgsl}${libraryOf(strips)}`;
