/** The trained weights as a HuggingFace folder with the project's own metadata. */
import { splitParts } from '../export/parts.ts';
import { type FolderFile, huggingFaceFolder } from '../export/huggingface.ts';
import { parameterList } from '../model/parameters.ts';
import { baseMetadata } from '../recipe/baseCheckpoint.ts';
import type { Run } from './run.ts';

export async function exportModel(run: Run): Promise<FolderFile[]> {
  const { config, tokenizer, engine } = run;
  const pool = await engine.readPool('parameters');
  const layout = parameterList(config.model).map((parameter) => ({ ...parameter, ...engine.layout.slices.get(parameter.name)! }));
  return huggingFaceFolder({
    model: config.model,
    parameters: splitParts(layout, pool),
    tokenizer,
    metadata: { ...baseMetadata(config, await tokenizer.hash()), continued: config.continued },
  });
}
