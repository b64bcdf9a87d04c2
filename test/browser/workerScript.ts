import path from 'node:path';
import { build } from 'vite';

/** A TypeScript file of this folder as one worker script. */
export async function workerScript(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: path.resolve(import.meta.dirname, file), formats: ['es'], fileName: 'worker' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !('output' in output)) throw new Error(`Vite gave no output for ${file}.`);
  return output.output[0].code;
}
