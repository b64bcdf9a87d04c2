/**
 * The weights as they stand as a HuggingFace folder, with the project's own metadata: a base that another run can continue;
 * read from the device they lie on, or from a save of the run.
 */
import { type FolderFile, huggingFaceFolder } from '../../export/huggingface.ts';
import { baseMetadata } from '../../recipe/baseCheckpoint.ts';
import type { Weights } from '../../export/parts.ts';
import type { RunConfig } from '../../config/run.ts';
import { planRun, type RunPlan } from '../../recipe/phases.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Checkpoint, Progress } from '../saved/checkpoint.ts';
import { type Pools, weightsIn } from '../engine/engine.ts';
import { poolsOf } from '../engine/graphs.ts';
import { takenBy } from '../run/course.ts';
import type { Run } from '../run/run.ts';

/** Fetched where there are adapters: most runs have none. */
const lora = () => import('../../export/lora.ts');

export async function exportModel({ config, tokenizer, engine, taken }: Run): Promise<FolderFile[]> {
  return folderOf(config, tokenizer, taken, await engine.weights());
}

/** What an adapter has learnt, as PEFT saves one; of a run that trains adapters. */
export async function exportAdapter({ config, engine }: Run): Promise<FolderFile[]> {
  const { adapterFolder } = await lora();
  return adapterFolder(config.model.lora!, await engine.weights());
}

export async function savedAdapter({ config, pools }: Checkpoint): Promise<FolderFile[]> {
  const { adapterFolder } = await lora();
  return adapterFolder(config.model.lora!, weightsIn(config.model, poolsOf(config), pools.parameters));
}

/** Adam's moments apart from the model. */
export async function exportOptimizer({ config, engine, plan, progress }: Run): Promise<FolderFile[]> {
  return optimizerOf(config, plan, { ...progress }, await engine.snapshot());
}

export const savedOptimizer = ({ config, part, progress, pools }: Checkpoint): Promise<FolderFile[]> =>
  optimizerOf(config, planRun(config, part), progress, pools);

async function optimizerOf(
  config: RunConfig,
  plan: RunPlan,
  { step, momentsFrom }: Pick<Progress, 'step' | 'momentsFrom'>,
  pools: Pick<Pools, 'moments1' | 'moments2'>,
): Promise<FolderFile[]> {
  const { optimizerFolder } = await import('../../export/optimizer.ts');
  const layout = poolsOf(config);
  return optimizerFolder(config, {
    first: weightsIn(config.model, layout, pools.moments1),
    second: weightsIn(config.model, layout, pools.moments2),
    steps: step - momentsFrom,
    rate: step < plan.endStep ? plan.at(step).lr : null,
  });
}

export async function exportSaved(
  { config, part, progress, pools }: Checkpoint,
  tokenizer: Tokenizer,
): Promise<FolderFile[]> {
  const weights = weightsIn(config.model, poolsOf(config), pools.parameters);
  return folderOf(config, tokenizer, takenBy(planRun(config, part), progress), weights);
}

async function folderOf(
  config: RunConfig,
  tokenizer: Tokenizer,
  taken: Run['taken'],
  parameters: Weights,
): Promise<FolderFile[]> {
  if (config.model.lora) {
    const { lora: adapters, ...model } = config.model;
    const { mergedWeights } = await lora();
    return folderOf({ ...config, model }, tokenizer, taken, mergedWeights(adapters, parameters));
  }
  const metadata = { ...baseMetadata(config, await tokenizer.hash(), taken), continued: config.continued };
  return huggingFaceFolder({ model: config.model, parameters, tokenizer, metadata });
}
