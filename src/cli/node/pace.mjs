/**
 * How slow this machine is just now, other work on it included: the time-outs of the tests are multiplied by it, so that they end
 * what hangs and nothing else. Measured once; all processes of a run hear it by the environment.
 */

/** Milliseconds that the work below takes on one idle core of 2.4 GHz, where the time-outs were chosen. */
const USUAL_MS = 200;
/** Enough to last longer than the 100 ms within which a limited container is given its share of a core. */
const ROUNDS = 3e7;

function work() {
  let state = 1;
  for (let i = 0; i < ROUNDS; i++) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
  return state;
}

/** 1 on the usual machine and on any faster one. @returns {number} */
export function slowness() {
  if (process.env.SLOWNESS === undefined) {
    const from = performance.now();
    work();
    process.env.SLOWNESS = Math.max(1, (performance.now() - from) / USUAL_MS).toFixed(1);
  }
  return Number(process.env.SLOWNESS);
}
