/** The weights as they stand as a HuggingFace folder, with the project's own metadata: a base that another run can continue. */
import { type FolderFile, huggingFaceFolder } from '../export/huggingface.ts';
import { baseMetadata } from '../recipe/baseCheckpoint.ts';
import type { Run } from './run.ts';

export async function exportModel(run: Run): Promise<FolderFile[]> {
  const { config, tokenizer, engine, taken } = run;
  const parameters = await engine.weights();
  const metadata = { ...baseMetadata(config, await tokenizer.hash(), taken), continued: config.continued };
  return huggingFaceFolder({ model: config.model, parameters, tokenizer, metadata });
}
