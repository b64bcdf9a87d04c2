/**
 * Workaround: Dawn for Node (`webgpu` 0.6.2) re-arms `setImmediate` for as long as any GPU promise is pending, which keeps one
 * core busy asking "done yet?". On a software adapter the shaders need that core.
 *
 * Measured on 2 cores, SwiftShader, eight compute-bound dispatches each awaited by mapAsync: 25.1 s → 16.4 s of CPU time and
 * 12.6 s → 8.3 s of wall time. The price is up to 1 ms more latency per await. Dawn looks the function up at every poll, so
 * the replacement has to stay for the life of the process.
 *
 * Delete this file when Dawn for Node waits for the GPU instead of polling (https://github.com/dawn-gpu/node-webgpu).
 */
export function pollSlowly(): void {
  const slowly = (callback: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(callback, 1, ...args);
  Object.assign(globalThis, { setImmediate: slowly });
}
