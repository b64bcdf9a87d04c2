/** What an option is: its kind, range and unit, what it means, and where that is known from. */

/**
 * How far a statement is backed, as papers.md §0 marks it: T read in the paper's own table, P measured on its figure,
 * S stated in a text that was read, C read in source code, D derived by arithmetic, V machine reading of a figure, M
 * remembered, M? doubtful.
 */
export type Mark = 'T' | 'P' | 'S' | 'C' | 'D' | 'V' | 'M' | 'M?';

/** Where an option's meaning or usual value comes from; `notes` is the section of this project's paper notes. */
export interface Source {
  from: "Reuse, Don't Retrain (arXiv 2407.07263)" | 'HuggingFace NemotronForCausalLM' | 'this project';
  notes?: string;
  mark?: Mark;
}

interface Described {
  key: string;
  label: string;
  section: Section;
  explanation: string;
  source: Source;
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
/** A part of the configuration that may be off (null): `on` or `off`. */
export interface SectionOption extends Described {
  type: 'section';
}
export type Option = IntegerOption | NumberOption | BooleanOption | ChoiceOption | TokenizerOption | SectionOption;

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

const PAPER = "Reuse, Don't Retrain (arXiv 2407.07263)";
const HF = 'HuggingFace NemotronForCausalLM';
export const reuse = (notes: string, mark: Mark): Source => ({ from: PAPER, notes: `papers.md ${notes}`, mark });
export const hf = (notes = '§5.2'): Source => ({ from: HF, notes: `papers.md ${notes}`, mark: 'C' });
export const own: Source = { from: 'this project' };
