/**
 * torchtitan (main of August 2026, whose configurations are Python functions): schedule and data only, for it has no Nemotron, and which
 * of its own models is a Llama's twin is for whoever launches to say.
 * Its progress at step t is (t + 1 − F)/(D + 1) from the F-th step on, with D = round(decay_ratio · total_steps) and
 * F = total_steps − D: for a decay of `length` steps from step `from`, total_steps = from + length and D = length − 1.
 */
import { stackDecay } from './decay.ts';
import { type KitFile, type KitPlan, python } from './plan.ts';

/** Why a model has to be given. */
const MODELS = {
  nemotron: 'torchtitan has no Nemotron',
  llama: 'torchtitan has a Llama 3 of its own, which takes this folder where its sizes are the same',
  qwen2: 'torchtitan has Qwen3 and no Qwen2',
} as const;

/** Its names of the shapes. */
const SHAPES = { cosine: 'cosine', linear: 'linear', minus_sqrt: 'sqrt' } as const;

export function torchtitan(plan: KitPlan): KitFile[] {
  const { config, family, schedule, steps, switchStep, blends, globalBatch } = plan;
  const { optimizer, batch } = config;
  const decay = stackDecay(plan);
  const constant = decay.kind === 'constant';
  return [
    {
      name: 'rekindle_recipe.py',
      text: `"""Schedule and data only: ${MODELS[family]}. Give MODEL_SPEC your model.

torchtitan main, August 2026. Run with MODULE=rekindle_recipe CONFIG=phase1 ./run_train.sh, then CONFIG=phase2.
A warm-up, where there is one, is one step ahead of Rekindle's.
"""

STEPS = ${steps}
SWITCH = ${switchStep ?? 'None'}
LR = ${schedule.peak}
MIN_LR_FACTOR = ${constant ? 1 : schedule.end / schedule.peak}
WARMUP_STEPS = ${schedule.warmupSteps}
TOTAL_STEPS = ${decay.end}
DECAY_RATIO = ${constant ? 0 : (decay.length - 1) / decay.end}
DECAY_TYPE = "${SHAPES[decay.shape]}"
BETAS = (${optimizer.beta1}, ${optimizer.beta2})
EPS = ${optimizer.epsilon}
WEIGHT_DECAY = ${optimizer.weight_decay}
MAX_NORM = ${optimizer.max_grad_norm}
SEQUENCE_LENGTH = ${batch.length}
GLOBAL_BATCH = ${globalBatch}
# Shares of tokens: each source is packed first, so a weight counts rows of equal length.
BLENDS = (
    ${python(blends[0])},
    ${python(blends[1])},
)
MODEL_SPEC = None


def config(blend, steps, load, fresh_data):
    from torchtitan.components.checkpoint import CheckpointManager
    from torchtitan.components.data import (
        ConcatThenSplitPackingConfig,
        DatasetMixConfig,
        GrainDataLoader,
        IndexedJsonlSource,
        SingleDatasetConfig,
        WeightedDataset,
    )
    from torchtitan.components.lr_scheduler import LRSchedulersContainer
    from torchtitan.components.optimizer import default_adamw
    from torchtitan.config import TrainingConfig
    from torchtitan.hf_datasets.text_datasets import TextProcessor
    from torchtitan.trainer import Trainer

    def packed(source):
        documents = SingleDatasetConfig(
            source=IndexedJsonlSource.Config(patterns=(f"data/{source}.jsonl",)),
            processor=TextProcessor.Config(text_fn=lambda row: row["text"]),
            post_filters=(lambda sample: sample is not None,),
        )
        return ConcatThenSplitPackingConfig(dataset=documents)

    return Trainer.Config(
        model_spec=MODEL_SPEC,
        optimizer=default_adamw(lr=LR, betas=BETAS, eps=EPS, weight_decay=WEIGHT_DECAY),
        lr_scheduler=LRSchedulersContainer.Config(
            warmup_steps=WARMUP_STEPS,
            total_steps=TOTAL_STEPS,
            decay_ratio=DECAY_RATIO,
            decay_type=DECAY_TYPE,
            min_lr_factor=MIN_LR_FACTOR,
        ),
        training=TrainingConfig(
            num_tokens_per_microbatch_per_dp_rank=SEQUENCE_LENGTH,
            num_tokens_per_train_step=GLOBAL_BATCH * SEQUENCE_LENGTH,
            max_context_length=SEQUENCE_LENGTH,
            steps=steps,
            max_norm=MAX_NORM,
        ),
        dataloader=GrainDataLoader.Config(
            dataset=DatasetMixConfig(
                datasets=tuple(
                    WeightedDataset(dataset=packed(source), weight=share) for source, share in blend.items()
                )
            ),
            seed=${config.seed},
            repeat=True,
        ),
        checkpoint=CheckpointManager.Config(
            enable=True,
            folder="checkpoints",
            interval=SWITCH or STEPS,
            last_save_model_only=False,
            initial_load_path=load,
            initial_load_in_hf=load is not None,
            exclude_from_loading=["dataloader"] if fresh_data else [],
        ),
    )


def phase1():
    return config(BLENDS[0], SWITCH or STEPS, load="model", fresh_data=False)


def phase2():
    return config(BLENDS[1], STEPS, load=None, fresh_data=True)
`,
    },
  ];
}
