/** A tuple's members, each made into another: as many as before, and the type knows it. */
export const mapTuple = <const T extends readonly unknown[], R>(
  tuple: T,
  make: (member: T[number]) => R,
): { [I in keyof T]: R } => tuple.map(make) as { [I in keyof T]: R };
