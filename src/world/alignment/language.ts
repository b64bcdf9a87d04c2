/** The world's little language: one operation on a list of digits, and its interpreter. */

type Digits = readonly string[];

const byValue = (a: string, b: string): number => Number(a) - Number(b);

const operations: Readonly<Record<string, (x: Digits) => string[]>> = {
  first: (x) => x.slice(0, 1),
  last: (x) => x.slice(-1),
  max: (x) => [...x].sort(byValue).slice(-1),
  min: (x) => [...x].sort(byValue).slice(0, 1),
  rev: (x) => [...x].reverse(),
  sort: (x) => [...x].sort(byValue),
};
export const operationNames = Object.keys(operations);

/** What a program of one operation makes of a list; null: no such operation. */
export const carryOut = (operation: string, list: Digits): string[] | null =>
  Object.hasOwn(operations, operation) ? operations[operation]!(list) : null;

/** Whether a list is kept for evaluation: one in five, by a multiplicative hash (exact: at most 2000 · 2³² < 2⁵³). */
export const isHeldOut = (list: Digits): boolean => ((Number(`1${list.join('')}`) * 2654435761) % 1000003) % 5 === 0;
