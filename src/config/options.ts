/**
 * Every option of a run as data. Forms, links, `--set key=value`, checkpoint headers and the explanations beside a
 * control are all made from this list; nothing about an option is written a second time elsewhere.
 *
 * Keys are the dotted paths into a RunConfig. Blends are not listed one by one: `BLENDS` names them, and
 * `<blend>.<source>` is the key of one weight.
 */
import { type BlendOption, type Option, reuse } from './option.ts';
import { batchOptions, dataOptions, measuringOptions, worldOptions } from './optionsData.ts';
import { modelOptions } from './optionsModel.ts';
import { baseOptions, continuedOptions, optimizerOptions } from './optionsTraining.ts';
import type { RunConfig } from './run.ts';

export type { Option, Section } from './option.ts';

/** Every option, in the order a form would show them. */
export const OPTIONS: readonly Option[] = [
  ...modelOptions(),
  ...dataOptions(),
  ...batchOptions(),
  ...optimizerOptions(),
  ...baseOptions(),
  ...continuedOptions(),
  ...measuringOptions(),
  ...worldOptions(),
];

const BY_KEY = new Map(OPTIONS.map((option) => [option.key, option]));

/** The option of a key, or undefined. Weights of blends are not options: see `BLENDS`. */
export function optionOf(key: string): Option | undefined {
  return BY_KEY.get(key);
}

/** The three data blends. Weights are shares of tokens, in any unit: they are divided by their sum. */
export const BLENDS: readonly BlendOption[] = [
  {
    key: 'base.blend',
    label: 'Base blend',
    section: 'Base run',
    type: 'blend',
    unit: 'share of tokens',
    explanation: 'Sources of the base run.',
    source: reuse('Figure 1', 'P'),
  },
  {
    key: 'continued.general',
    label: 'General blend',
    section: 'Continued pretraining',
    type: 'blend',
    unit: 'share of tokens',
    explanation: 'First phase: near the base blend, with weight moved to cleaner and denser sources.',
    source: reuse('Figure 1 and Table 5', 'P'),
  },
  {
    key: 'continued.qa',
    label: 'QA blend',
    section: 'Continued pretraining',
    type: 'blend',
    unit: 'share of tokens',
    explanation: 'Second phase, at small rates: question-and-answer text enters, web text nearly disappears.',
    source: reuse('Table 7', 'T'),
  },
];

/** The blend and source of a weight's key such as `continued.qa.news`; null for any other key. */
export function weightKey(key: string): { blend: BlendOption; source: string } | null {
  const blend = BLENDS.find((b) => key.startsWith(`${b.key}.`));
  return blend ? { blend, source: key.slice(blend.key.length + 1) } : null;
}

/** The section a key lies in that is off in this configuration, so that the key has no value; null if there is none. */
export function closedSectionOf(config: RunConfig, key: string): string | null {
  if (key.startsWith('continued.') && !config.continued) return 'continued';
  if (key.startsWith('data.world.') && !config.data.world) return 'data.world';
  return null;
}
