/** One storage call: its errors and their words, its answer or none, the room there is; files in memory, heads, and faults made to order. */
import { describe, expect, test, vi } from 'vitest';
import { StorageError, storageError } from '../../src/storage/errors.ts';
import { type StorageFault, FaultyFiles } from '../../src/storage/faulty.ts';
import { MemoryFiles, readAt, resize, writeAt } from '../../src/storage/files.ts';
import { decodeHead, encodeHead, type Head, headBytes, hex, newerError, digestOf } from '../../src/storage/head.ts';
import { settled } from '../../src/storage/settle.ts';
import { isFull, withSpace } from '../../src/storage/space.ts';

describe('an error', () => {
  test.each([
    [new DOMException('no room', 'QuotaExceededError'), 'full', 'Saving failed: no room'],
    [new DOMException('no', 'SecurityError'), 'denied', 'Saving failed: no'],
    [new DOMException('no', 'NotAllowedError'), 'denied', 'Saving failed: no'],
    [new DOMException('held', 'NoModificationAllowedError'), 'busy', 'Saving failed: held'],
    [new DOMException('', 'InvalidStateError'), 'io', 'Saving failed: InvalidStateError'],
    ['a word', 'io', 'Saving failed: a word'],
  ])('%s is told by its name: %s', (thrown, code, what) => {
    const error = storageError(thrown, 'Saving');
    expect(error).toMatchObject({ code, what, cause: thrown });
    expect(error.message).toMatch(new RegExp(`^${what} \\(code ${code}\\)\\. [A-Z].*\\.$`));
  });

  test('that is told already stays', () => {
    const error = new StorageError('short', 'The disk took 3 of 5 bytes');
    expect(storageError(error, 'Saving')).toBe(error);
  });
});

describe('an answer', () => {
  test('is waited for, and no longer than the patience', async () => {
    expect(await settled(Promise.resolve(3), 'Asking', 20)).toBe(3);
    expect(await settled(4, 'Asking', 20)).toBe(4);
    await expect(settled(new Promise(() => {}), 'Asking', 20)).rejects.toMatchObject({
      code: 'no-answer',
      what: 'Asking got no answer within 0.02 s',
    });
    await expect(settled(Promise.reject(new Error('no')), 'Asking', 20)).rejects.toMatchObject({ code: 'io' });
  });

  test('has its time once more after a sleep, and leaves no timer', async () => {
    vi.useFakeTimers();
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const outcome = (late: number, settle: number) => {
        now = 7000;
        let answer: (value: string) => void = () => {};
        const call = settled(new Promise<string>((resolve) => (answer = resolve)), 'Asking', 1000).catch(
          () => 'no answer',
        );
        return {
          call,
          wake: () => ((now = 7000 + late), vi.advanceTimersByTime(1000)),
          answer: () => answer('late'),
          settle,
        };
      };
      // Woken by up to 5 s late it was busy, later it slept.
      const busy = outcome(6000, 0);
      busy.wake();
      expect(await busy.call).toBe('no answer');
      const slept = outcome(6001, 0);
      slept.wake();
      slept.answer();
      expect(await slept.call).toBe('late');
      expect(vi.getTimerCount()).toBe(0);
      const twice = outcome(6001, 0);
      twice.wake();
      now = 27_000;
      vi.advanceTimersByTime(1000);
      expect(await twice.call).toBe('no answer');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      clock.mockRestore();
      vi.useRealTimers();
    }
  });
});

describe('room', () => {
  const failure = new StorageError('full', 'Writing run.a.0 failed: no room.');
  /** null: a browser without storage; 'none': one whose storage says nothing. */
  const estimate = (found: object | Error | 'none' | null) =>
    vi.stubGlobal('navigator', {
      storage:
        found === 'none'
          ? {}
          : found && { estimate: async () => (found instanceof Error ? Promise.reject(found) : found) },
    });

  test('is short where the browser says so, or where it took part of the bytes', () => {
    expect((['full', 'short', 'io'] as const).map((code) => isFull(new StorageError(code, 'x')))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isFull(new Error('full'))).toBe(false);
  });

  test.each<[object | Error | 'none' | null, string]>([
    ['none', '; this save needs 5.0 MB'],
    [{ usage: 7e6, quota: 10e6 }, '; this save needs 5.0 MB, and 3.0 MB are free'],
    [{ usage: 12e6, quota: 10e6 }, '; this save needs 5.0 MB, and 0.0 MB are free'],
    [{ usage: 5e6, quota: 10e6 }, '; this save needs 5.0 MB, which the browser allows, so the disk itself is full'],
    [{}, '; this save needs 5.0 MB'],
    [new Error('no'), '; this save needs 5.0 MB'],
    [null, '; this save needs 5.0 MB'],
  ])('of %j is told beside what is needed', async (found, told) => {
    estimate(found);
    try {
      const error = await withSpace(failure, 5e6);
      expect(error).toMatchObject({ code: 'full', what: `Writing run.a.0 failed: no room${told}`, cause: failure });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('files in memory', () => {
  test('are read and written where it is asked for, grow, and are cut and filled up with zeros', async () => {
    const files = new MemoryFiles();
    const file = await files.open('a');
    expect([await file.size(), await files.list()]).toEqual([0, ['a']]);
    expect(await file.write(Uint8Array.of(1, 2, 3), 2)).toBe(3);
    expect([...files.contents.get('a')!]).toEqual([0, 0, 1, 2, 3]);
    await file.write(Uint8Array.of(9), 0);
    await (await files.open('a')).write(Uint8Array.of(7, 7), 4);
    expect([...files.contents.get('a')!]).toEqual([9, 0, 1, 2, 7, 7]);
    const into = new Uint8Array(4);
    expect(await file.read(into, 3)).toBe(3);
    expect([...into]).toEqual([2, 7, 7, 0]);
    await file.truncate(2);
    await file.truncate(3);
    expect([...files.contents.get('a')!]).toEqual([9, 0, 0]);
    await files.remove('a');
    await files.remove('none');
    expect(await files.list()).toEqual([]);
  });

  test('are changed in place where nothing has to grow', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(writeAt(bytes, Uint8Array.of(5), 2)).toBe(bytes);
    expect(writeAt(bytes, Uint8Array.of(6), 3)).not.toBe(bytes);
    expect(resize(bytes, 3)).toBe(bytes);
    expect(readAt(bytes, new Uint8Array(2), 3)).toBe(0);
  });
});

describe('a head', () => {
  const head: Head = { generation: 7, length: 840, segment: 256, sha256: 'ab', facts: { step: 3, name: 'é' } };

  test('is 4 KiB: name, schema, JSON and a hash over all before it', async () => {
    const bytes = await encodeHead(head);
    expect([bytes.length, headBytes]).toEqual([4096, 4096]);
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe('REKINDLE');
    const json = new TextEncoder().encode(JSON.stringify(head));
    const view = new DataView(bytes.buffer);
    expect([view.getUint32(8, true), view.getUint32(12, true)]).toEqual([1, json.length]);
    expect(bytes.subarray(16, 16 + json.length)).toEqual(json);
    expect(bytes.subarray(4064)).toEqual(await digestOf(bytes.slice(0, 4064)));
    expect(await decodeHead(bytes)).toEqual({ kind: 'head', head });
    expect(hex(Uint8Array.of(0, 10, 255))).toBe('000aff');
  });

  test('is empty, damaged at any place, or newer', async () => {
    expect(await decodeHead(new Uint8Array(headBytes))).toEqual({ kind: 'empty' });
    for (const at of [0, 7, 8, 16, 2000, 4063, 4064, 4095]) {
      const bytes = await encodeHead(head);
      bytes[at]! ^= 1;
      expect(await decodeHead(bytes), `byte ${at}`).toEqual({ kind: 'damaged' });
    }
    // Whole by its hash, and of another kind of file.
    const other = await encodeHead(head);
    other[0] = 'X'.charCodeAt(0);
    other.set(await digestOf(other.slice(0, 4064)), 4064);
    expect(await decodeHead(other)).toEqual({ kind: 'damaged' });
    const bytes = await encodeHead(head);
    bytes[8] = 2;
    bytes.set(await digestOf(bytes.slice(0, 4064)), 4064);
    expect(await decodeHead(bytes)).toEqual({ kind: 'newer', schema: 2 });
    expect(newerError('run', 2)).toMatchObject({
      code: 'newer',
      what: 'Run run was saved with storage format 2; this version reads up to 1',
    });
  });

  test('takes as many facts as fit before its hash', async () => {
    const room = 4064 - 16 - JSON.stringify({ ...head, facts: { note: '' } }).length;
    const noted = (length: number): Head => ({ ...head, facts: { note: 'x'.repeat(length) } });
    expect(await decodeHead(await encodeHead(noted(room)))).toEqual({ kind: 'head', head: noted(room) });
    await expect(encodeHead(noted(room + 1))).rejects.toThrow('take 4049 bytes, its head has 4048');
  });
});

describe('faults made to order', () => {
  const made = async (fault: StorageFault, at: number, lasting: boolean) => {
    const files = new MemoryFiles();
    files.contents.set('a', Uint8Array.of(1, 2, 3, 4));
    return new FaultyFiles(files, { fault, at, lasting });
  };
  const outcome = (call: Promise<unknown>) => call.catch((error: DOMException) => error.name);

  test('come at their call, once or from then on, and calls are counted', async () => {
    const once = await made('full', 2, false);
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push(await outcome(once.list()));
    expect(seen).toEqual([['a'], 'QuotaExceededError', ['a']]);
    expect([once.calls, once.kind]).toEqual([3, 'memory']);
    const lasting = await made('busy', 2, true);
    expect([
      await outcome(lasting.list()),
      await outcome(lasting.remove('a')),
      await outcome(lasting.open('a')),
    ]).toEqual([['a'], 'NoModificationAllowedError', 'NoModificationAllowedError']);
  });

  test('are the only difference: other calls are the file’s own', async () => {
    const own = await new MemoryFiles().open('a');
    const asked: unknown[] = [];
    const files = new MemoryFiles();
    files.open = async () => ({
      ...own,
      truncate: (size) => void asked.push(size),
      flush: () => void asked.push('flush'),
    });
    const file = await new FaultyFiles(files, null).open('a');
    files.remove = async (name) => void asked.push(name);
    await file.truncate(5);
    await file.flush();
    await new FaultyFiles(files, null).remove('a');
    expect(asked).toEqual([5, 'flush', 'a']);
  });

  test.each<[StorageFault, unknown[]]>([
    ['throw', ['InvalidStateError', 'InvalidStateError', 'InvalidStateError']],
    ['short', [2, 1, 'InvalidStateError']],
    ['sentinel', [4294967288, 4294967288, 'InvalidStateError']],
  ])('%s: what a read, a write and any other call give', async (fault, wanted) => {
    const file = await (await made(fault, 2, true)).open('a');
    const into = new Uint8Array(4);
    const calls = [file.read(into, 0), file.write(Uint8Array.of(9, 9), 0), file.size()];
    expect(await Promise.all(calls.map((call) => outcome(Promise.resolve(call))))).toEqual(wanted);
    expect([...into]).toEqual(fault === 'short' ? [1, 2, 0, 0] : [0, 0, 0, 0]);
    const others = [file.truncate(0), file.flush(), file.close()];
    expect(await Promise.all(others.map((call) => outcome(Promise.resolve(call))))).toEqual(
      new Array(3).fill('InvalidStateError'),
    );
  });
});
