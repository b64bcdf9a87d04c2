/** What an option is: its kind, range and unit, what it means, and where that is known from. */

/**
 * How far a statement is backed, as papers are marked by here: T read in the paper's own table, P measured on its figure,
 * S stated in a text that was read, C read in source code, D derived by arithmetic, V machine reading of a figure, M
 * remembered, M? doubtful.
 */
export type Mark = 'T' | 'P' | 'S' | 'C' | 'D' | 'V' | 'M' | 'M?';

/** Where a meaning or usual value comes from: a work, the place in it, and how well it is backed. */
export interface SettingSource {
  from: keyof typeof WORKS;
  /** "Table 9", "base model"; a formula or name of ours. */
  where?: string;
  mark?: Mark;
}

/** What sources are taken from, and its address; null: this project itself. */
export const WORKS = {
  "Reuse, Don't Retrain": 'https://arxiv.org/abs/2407.07263',
  'HuggingFace NemotronForCausalLM': 'https://huggingface.co/docs/transformers/model_doc/nemotron',
  'this project': null,
} as const;

interface Described {
  key: string;
  label: string;
  section: Section;
  explanation: string;
  source: SettingSource;
  unit?: string;
}

export interface IntegerOption extends Described {
  type: 'integer';
  min: number;
  max: number;
  step: number;
}
/** `scale` says how a slider should move; `nullable` that `none` is a value too. */
export interface NumberOption extends Described {
  type: 'number';
  min: number;
  max: number;
  step: number;
  scale: 'linear' | 'log';
  nullable?: true;
}
export interface BooleanOption extends Described {
  type: 'boolean';
}
export interface ChoiceOption extends Described {
  type: 'choice';
  choices: readonly string[];
}
/** `byte`, `bpe:N` with N in min … max, or `word`. */
export interface TokenizerOption extends Described {
  type: 'tokenizer';
  min: number;
  max: number;
}
/** `none`, left out of the configuration, or a ramp's stages as config/ramp.ts writes them. */
export interface RampOption extends Described {
  type: 'ramp';
}
/** A part of the configuration that may be off (null): `on` or `off`. */
export interface SectionOption extends Described {
  type: 'section';
}
export type Option =
  | IntegerOption
  | NumberOption
  | BooleanOption
  | ChoiceOption
  | TokenizerOption
  | RampOption
  | SectionOption;

export interface BlendOption extends Described {
  type: 'blend';
}

export type Section =
  | 'Model'
  | 'Tokenizer and data'
  | 'Batch'
  | 'Optimizer'
  | 'Base run'
  | 'Continued pretraining'
  | 'Measuring'
  | 'World';

export const reuse = (where: string, mark: Mark): SettingSource => ({ from: "Reuse, Don't Retrain", where, mark });
export const hf: SettingSource = { from: 'HuggingFace NemotronForCausalLM', mark: 'C' };
export const own: SettingSource = { from: 'this project' };
