/**
 * Workaround: Dawn for Node (`webgpu` 0.6.2) hears of the end of a `mapAsync` through the buffer's wrapper, which it does not keep. Destroying
 * or unmapping the buffer settles the promise at once; a wrapper that is collected before Dawn's own answer, at one of the next polls, is used
 * after it was freed, and the promise is rejected a second time: a fatal error of Node's or SIGSEGV, in napi_reject_deferred. So a buffer
 * that is being mapped is kept, and destroyed or unmapped when the answer is there.
 *
 * Delete this file when its test (test/gpu/device) passes without it (https://github.com/dawn-gpu/node-webgpu).
 */
type Mappable = Pick<GPUBuffer, 'mapAsync' | 'unmap' | 'destroy'>;

/** Given the prototype of buffers. */
export function endAfterMap(prototype: Mappable): void {
  const { mapAsync, unmap, destroy } = prototype;
  /** Of buffers that are being mapped: answers to come (it may be asked twice), and what is to be done after the last of them. */
  const mapping = new Map<Mappable, { answers: number; after: (() => void)[] }>();
  prototype.mapAsync = function (this: Mappable, ...range) {
    const answer = mapAsync.apply(this, range);
    const own = mapping.get(this) ?? { answers: 0, after: [] };
    mapping.set(this, own);
    own.answers++;
    const answered = () => {
      if (--own.answers > 0) return;
      mapping.delete(this);
      for (const end of own.after) end();
    };
    answer.then(answered, answered); // before whoever waits for it
    return answer;
  };
  const afterwards = (end: (this: Mappable) => undefined) =>
    function (this: Mappable): undefined {
      const own = mapping.get(this);
      if (own) own.after.push(() => end.call(this));
      else end.call(this);
    };
  prototype.unmap = afterwards(unmap);
  prototype.destroy = afterwards(destroy);
}
