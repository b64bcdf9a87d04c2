/** Values whose form nobody has looked at yet: JSON from a file, mostly. */
export type Fields = Record<string, unknown>;

/** Neither null nor a list. */
export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
