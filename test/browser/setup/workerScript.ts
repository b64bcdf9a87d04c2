import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { build, type InlineConfig } from 'vite';

/** Built once a process. */
const built = new Map<string, Promise<string>>();

async function bundle(file: string, settings: InlineConfig): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'error',
    ...settings,
    build: {
      write: false,
      lib: { entry: path.resolve(import.meta.dirname, '../../..', file), formats: ['es'], fileName: 'worker' },
      // With what is fetched when asked for: a script that a test hands over has no files beside it.
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  if (!output || !('output' in output)) throw new Error(`Vite gave no output for ${file}.`);
  return output.output[0].code;
}

/**
 * A page's worker with WebGPU's kernels, also on a software adapter: one that faults could be injected into takes no processor
 * (src/train/trainer.ts). `first` is run before it.
 */
export const onGpu =
  (first = '') =>
  (context: BrowserContext): Promise<unknown> =>
    context.route(/trainer\.worker/, async (route) => {
      const script = await workerScript('src/worker/trainer.worker.ts', { mode: 'faults' });
      await route.fulfill({ contentType: 'text/javascript', body: first + script });
    });

/** A TypeScript file, by its path in the project, as one worker script. */
export function workerScript(file: string, settings: InlineConfig = {}): Promise<string> {
  const { mode = 'production', plugins = [] } = settings;
  const key = [file, mode, plugins.length].join(' ');
  let script = built.get(key);
  if (!script) built.set(key, (script = bundle(file, { ...settings, mode })));
  return script;
}
