/**
 * Workaround: Dawn for Node (`webgpu` 0.6.2) re-arms `setImmediate` for as long as any GPU promise is pending, which keeps one
 * core busy asking "done yet?". On a software adapter the shaders need that core, so there a timer of 1 ms asks instead. A GPU
 * does not need the core, and what is awaited there is shorter than the timer.
 *
 * Measured on 2 cores, SwiftShader, eight compute-bound dispatches each awaited by mapAsync: 25.1 s → 16.4 s of CPU time and
 * 12.6 s → 8.3 s of wall time. On an NVIDIA H200 the timer made an awaited dispatch take 1.25 ms instead of 0.05 ms. Dawn looks
 * the function up at every poll, so the replacement has to stay for the life of the process.
 *
 * Delete this file when Dawn for Node waits for the GPU instead of polling (https://github.com/dawn-gpu/node-webgpu).
 */
const immediately = globalThis.setImmediate;
const slowly = (callback: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(callback, 1, ...args);

let hardware = false;

/** For every adapter that computes: polls slowly while all of them are software; from the first GPU on, without a pause. */
export function choosePolling(software: boolean): void {
  hardware ||= !software;
  Object.assign(globalThis, { setImmediate: hardware ? immediately : slowly });
}
