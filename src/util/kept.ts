/** What this browser keeps of runs, as it is told to the user. */

/**
 * Bytes that runs at their end may take; the ones saved longest ago make room for a new run, and the last one stays whatever it takes.
 * Three models of 25 M parameters with their moments, and hundreds of small ones.
 */
export const mostFinishedBytes = 1e9;

/** Milliseconds for which a deleted run can be had back: long enough to notice a slip; its room is given up at once when it is needed. */
export const undoTime = 10 * 60_000;
