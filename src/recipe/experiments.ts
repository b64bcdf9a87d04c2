/**
 * The paper's experiments as data (papers.md §1.4–1.10): arms that differ from the recipe in one thing. Arms of
 * an experiment branch from one base checkpoint, but for those that change what it depends on, with the same seeds and, but for the horizons, the same number of
 * tokens. Each arm resolves to a ContinuedConfig once the base's RunConfig is known, so one plan serves every preset
 * that has a general and a QA blend.
 */
import type { Blend, ContinuedConfig, RunConfig, ScheduleConfig } from '../config/run.ts';
import { withChanges } from '../config/resolve.ts';
import { UserError } from '../util/errors.ts';
import {
  GENERAL_BLENDS,
  type GeneralBlendName,
  generalBlend,
  qaMix,
  type QaMixName,
  qaShareScaled,
} from './variations.ts';
import { recipeWords } from '../words/recipe.ts';

/**
 * A blend in terms of those the base's configuration names: its own, the general, the QA one, or one made from them.
 */
export type BlendChoice =
  | 'pretraining'
  | 'general'
  | 'qa'
  /** Both phases' blends at once, in the tokens the recipe gives each: QA throughout. */
  | 'mixed'
  /** The paper's candidates, as changes to the pretraining or QA blend. */
  | { general: GeneralBlendName }
  | { qaMix: QaMixName }
  | { qaShareTimes: number };

/** A schedule in terms of the base's rates. */
export interface ScheduleChoice {
  kind: ScheduleConfig['kind'];
  /** Peak as a multiple of the base's final rate η_min, or of its peak η_max. */
  peak: { ofEnd: number } | { ofPeak: number };
  /** Last rate as a share of this schedule's peak. */
  end: number;
  /** Share of the steps spent rising to the peak, and the rate that starts from. */
  warmup: { share: number; from: 'zero' | 'end' } | null;
}

export interface ArmChange {
  /** Blends before and after the switch. */
  first: BlendChoice;
  second: BlendChoice;
  /**
   * Where the blend changes: a value of the rate (peak / divisor, 0 = never), or a share of the steps; 'recipe' and
   * 'mirrored' are the recipe's own share t/T and 1 − t/T, for schedules and orders in which the rate cannot tell.
   */
  switch: { divisor: number } | { share: number | 'recipe' | 'mirrored' };
  schedule: ScheduleChoice;
  /** Tokens as a multiple of the preset's continued run. */
  horizon: number;
  keepMoments: boolean;
}

/** A figure of the paper: accuracy in percent, the mark of its evidence (papers.md §0) and where it stands. */
export interface PaperFigure {
  average: number;
  mark: 'T' | 'S' | 'P' | 'C';
  where: string;
}

export interface Arm extends ArmChange {
  /** Short name: the `arm` of results.json. */
  name: string;
  label: string;
  /**
   * Whatever else the arm has otherwise, by the keys of a configuration and as `--set` takes them: its model, its tokenizer, its base run.
   * No other arm's base fits it then, and it trains one of its own.
   */
  changes?: Readonly<Record<string, string | number>>;
  paper?: PaperFigure;
}

export interface Experiment {
  name: string;
  title: string;
  question: string;
  /** The arm that differences are taken to. */
  control: string;
  arms: readonly Arm[];
}

const COSINE: ScheduleChoice = { kind: 'cosine', peak: { ofEnd: 1 }, end: 0.01, warmup: null };

/**
 * The recipe (papers.md §1.13): general blend, QA blend from η_max/5 on; from the base's final rate by cosine to a
 * hundredth of it.
 */
const RECIPE: ArmChange = {
  first: 'general',
  second: 'qa',
  switch: { divisor: 5 },
  schedule: COSINE,
  horizon: 1,
  keepMoments: true,
};

function arm(name: string, label: string, change: Partial<ArmChange> = {}, paper?: PaperFigure): Arm {
  return { ...RECIPE, ...change, name, label, ...(paper && { paper }) };
}

const table = (number: number, average: number): PaperFigure => ({ average, mark: 'T', where: `Table ${number}` });
const never = { divisor: 0 };

/** What the paper calls the base model's average: the row every table here starts with. */
export const PAPER_BASE: PaperFigure = { average: 48.9, mark: 'S', where: 'Table 3' };

const recipe = (paper?: PaperFigure) => arm('recipe', 'the recipe', {}, paper);
const pretrainingBlend = (paper?: PaperFigure) =>
  arm('pretraining-blend', 'continue on the pretraining blend', { first: 'pretraining', switch: never }, paper);
const qaOnly = arm('qa-only', 'QA blend alone', { switch: { divisor: 1 } });
const generalOnly = arm('general-only', 'general blend alone', { switch: never });

/**
 * A schedule other than the recipe's, with the blends switched at the recipe's step so that both phases keep their
 * tokens.
 */
const scheduled = (name: string, label: string, schedule: Partial<ScheduleChoice>, paper?: PaperFigure) =>
  arm(name, label, { schedule: { ...COSINE, ...schedule }, switch: { share: 'recipe' } }, paper);

/** From η_min linearly to the peak over 5 % of the steps, then by cosine to a hundredth of the peak. */
const rewarmed = (name: string, label: string, ofPeak: number) =>
  scheduled(name, label, { peak: { ofPeak }, warmup: { share: 0.05, from: 'end' } });
const rewarm06 = rewarmed('rewarm-0.6', "re-warm to 0.6 of the base's peak", 0.6);
const rewarm1 = rewarmed('rewarm-1', "re-warm to the base's peak", 1);
const rewarm2 = rewarmed('rewarm-2', "re-warm to twice the base's peak", 2);

/** The paper's warm-ups rise from zero over 30B of 300B tokens (papers.md §1.8). */
const PAPER_WARMUP = { share: 0.1, from: 'zero' } as const;
/** η/η_max of the recipe's cosine at a tenth of its way: 0.01 + 0.99·½(1 + cos 0.1π). */
const COSINE_AT_WARMUP = 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * PAPER_WARMUP.share));

/** At η/1.1 a fifth of the tokens is spent: a switch far too early. */
const switchEarly = arm('switch-1.1', 'switch at η/1.1 (a fifth of the tokens)', { switch: { divisor: 1.1 } });

export const EXPERIMENTS: readonly Experiment[] = [
  {
    name: 'f1',
    title: 'The recipe against continuing as before',
    control: 'pretraining-blend',
    question: 'Does the recipe beat training on with the pretraining blend, at equal tokens?',
    arms: [pretrainingBlend(table(5, 51.5)), recipe(table(9, 56.1))],
  },
  {
    name: 'f2',
    title: 'Two blends, in this order',
    control: 'recipe',
    question:
      'Does the general blend first and the QA blend last beat either alone, both at once, and the other order?',
    arms: [
      recipe(),
      pretrainingBlend(),
      qaOnly,
      generalOnly,
      arm('qa-throughout', 'both blends mixed from the start', { first: 'mixed', switch: never }),
      arm('qa-then-general', 'QA blend first, general blend last', {
        first: 'qa',
        second: 'general',
        switch: { share: 'mirrored' },
      }),
      arm('pretraining-then-qa', 'pretraining blend, then QA blend', { first: 'pretraining' }),
    ],
  },
  {
    name: 'f3',
    title: 'The learning rate',
    control: 'recipe',
    question: "Does a cosine from the base's final rate to a hundredth of it beat other ends, warm-ups and shapes?",
    arms: [
      recipe(table(8, 55.7)),
      pretrainingBlend(),
      scheduled('end-tenth', 'end at η/10', { end: 0.1 }, table(8, 54.8)),
      scheduled('end-zero', 'end at 0', { end: 0 }, table(8, 55.4)),
      scheduled('warmup-1.5', 'warm-up from 0 to 1.5 η', { peak: { ofEnd: 1.5 }, warmup: PAPER_WARMUP }),
      scheduled('warmup-1', 'warm-up from 0 to η', { warmup: PAPER_WARMUP }),
      scheduled('warmup-cosine', "warm-up from 0 to the cosine's own value there", {
        peak: { ofEnd: COSINE_AT_WARMUP },
        warmup: PAPER_WARMUP,
      }),
      rewarm06,
      rewarm1,
      rewarm2,
      scheduled('wsd', 'constant, then a linear decay over the last steps', { kind: 'wsd' }),
      scheduled('constant', "constant at the base's final rate", { kind: 'constant', end: 1 }),
      scheduled('small-start', "start at a tenth of the base's final rate", { peak: { ofEnd: 0.1 } }),
    ],
  },
  {
    name: 'f4',
    title: 'When to switch',
    control: 'recipe',
    question: 'Is η/5 the best rate at which to change to the QA blend?',
    arms: [
      arm('switch-1', 'switch at η, the first step', { switch: { divisor: 1 } }, table(9, 52.8)),
      switchEarly,
      arm('switch-2', 'switch at η/2', { switch: { divisor: 2 } }, table(9, 54.7)),
      recipe(table(9, 56.1)),
      arm('switch-10', 'switch at η/10', { switch: { divisor: 10 } }, table(9, 55.0)),
      arm('switch-50', 'switch at η/50', { switch: { divisor: 50 } }, table(9, 54.6)),
      generalOnly,
      pretrainingBlend(),
    ],
  },
  {
    name: 'f5',
    title: 'How long to continue',
    control: 'recipe',
    question: 'Does the recipe keep gaining with more tokens?',
    arms: [
      arm('horizon-0.25', 'a quarter of the tokens', { horizon: 0.25 }),
      arm('horizon-0.5', 'half the tokens', { horizon: 0.5 }),
      recipe(table(10, 56.1)),
      arm('horizon-2', 'twice the tokens', { horizon: 2 }),
      pretrainingBlend(),
    ],
  },
  {
    name: 'general-blends',
    title: 'Which general blend',
    control: 'pretraining-blend',
    question: 'Without any QA blend, which re-weighting of the old corpus helps?',
    arms: [
      pretrainingBlend(table(5, 51.5)),
      recipe(),
      ...(Object.keys(GENERAL_BLENDS) as GeneralBlendName[]).map((name) =>
        arm(
          name,
          GENERAL_BLENDS[name].label,
          { first: { general: name }, switch: never },
          table(5, GENERAL_BLENDS[name].average),
        ),
      ),
    ],
  },
  {
    name: 'qa-mixes',
    title: 'What the QA set consists of',
    control: 'size-proportional',
    question: 'After the pretraining blend, does any mix of QA categories beat the one in proportion to their sizes?',
    arms: [
      arm(
        'size-proportional',
        'every category in proportion to its size',
        { first: 'pretraining', second: { qaMix: 'size-proportional' } },
        table(6, 54.9),
      ),
      arm(
        'less-stem',
        "arithmetic held back, as STEM in the paper's blend 1",
        { first: 'pretraining', second: { qaMix: 'less-stem' } },
        table(6, 54.3),
      ),
      arm(
        'less-chat',
        "translation held back, as chat in the paper's blend 2",
        { first: 'pretraining', second: { qaMix: 'less-chat' } },
        table(6, 53.0),
      ),
      recipe(),
      pretrainingBlend(),
    ],
  },
  {
    name: 'qa-share',
    title: 'How much QA',
    control: 'recipe',
    question: 'Does repeating the QA set less or more often help?',
    arms: [
      // 1.5, 2.1 and 3.5 passes over the QA tokens in the paper: 8.4, 12 and 19.6 % of the blend (papers.md §1.7).
      arm('qa-less', '0.7 times the QA share', { second: { qaShareTimes: 0.7 } }),
      recipe({ average: 55.4, mark: 'S', where: 'Table 7' }),
      arm('qa-more', '1.63 times the QA share', { second: { qaShareTimes: 1.63 } }),
      pretrainingBlend(),
    ],
  },
  {
    name: 'ci',
    title: 'What held in every seed measured',
    control: 'recipe',
    question:
      'Is the recipe above the QA blend alone, above re-warming to twice the peak, and above switching far too early?',
    arms: [recipe(), pretrainingBlend(), qaOnly, rewarm2, switchEarly],
  },
];

/** The experiments of a list such as 'f1' or 'f1,f2,f4'; 'all' means the five findings. */
export function experimentsNamed(list: string): Experiment[] {
  const names = list.toLowerCase() === 'all' ? ['f1', 'f2', 'f3', 'f4', 'f5'] : list.split(',');
  return [...new Set(names)].map(experimentNamed);
}

/** Every arm of some experiments, once. Arms of one name are one arm wherever they stand. */
export function armsOf(experiments: readonly Experiment[]): Arm[] {
  return [...new Map(experiments.flatMap(({ arms }) => arms.map((one) => [one.name, one] as const))).values()];
}

/** An experiment by name, whatever its case. */
export function experimentNamed(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name.toLowerCase());
  if (!found) throw new UserError(recipeWords.noExperiment(name, EXPERIMENTS.map((one) => one.name).join(', ')));
  return found;
}

/**
 * Share of the steps at which the recipe's cosine has fallen to peak/5 (papers.md §1.9): (1/π)·arccos(2(f − m)/(1 −
 * m) − 1) = 0.711.
 */
const RECIPE_SHARE = Math.acos((2 * (1 / 5 - 0.01)) / 0.99 - 1) / Math.PI;

/** The whole run of an arm: what differs from `base` is the arm's. */
export function armConfig(change: Arm, base: RunConfig): RunConfig {
  const { changes } = change;
  if (!changes) return { ...base, continued: continuedConfig(change, base) };
  const own = withChanges(base, changes);
  // A base is weights, for this arm as for the others, whose bases come from a file.
  return { ...own, continued: { ...continuedConfig(change, own), keepMoments: false } };
}

/**
 * The continued run of an arm, on a base with this configuration. Errors when the base's configuration has no
 * continued part.
 */
export function continuedConfig(change: ArmChange, base: RunConfig): ContinuedConfig {
  if (!base.continued) throw new UserError(recipeWords.noContinuedRun(base.preset));
  const steps = Math.max(1, Math.round(base.continued.steps * change.horizon));
  const { divisor, share } = { divisor: 0, share: null, ...change.switch };
  return {
    steps,
    schedule: scheduleConfig(change.schedule, base, steps),
    general: blendOf(change.first, base, base.continued),
    qa: blendOf(change.second, base, base.continued),
    switchDivisor: divisor,
    switchShare: share === 'recipe' ? RECIPE_SHARE : share === 'mirrored' ? 1 - RECIPE_SHARE : share,
    keepMoments: change.keepMoments,
  };
}

function scheduleConfig(
  { kind, peak: choice, end, warmup }: ScheduleChoice,
  { base }: RunConfig,
  steps: number,
): ScheduleConfig {
  const final = base.schedule.kind === 'constant' ? base.schedule.peak : base.schedule.end;
  // A product as it is meant: a hundredth of 0.0001 is 0.000001, not 0.0000010000000000000002.
  const product = (a: number, b: number) => Number((a * b).toPrecision(12));
  const peak = 'ofEnd' in choice ? product(choice.ofEnd, final) : product(choice.ofPeak, base.schedule.peak);
  return {
    kind,
    peak,
    end: product(end, peak),
    warmupSteps: warmup ? Math.round(warmup.share * steps) : 0,
    warmupStart: warmup?.from === 'end' ? final : 0,
    // 'wsd' decays over its last fifth, the usual share.
    decayShare: 0.2,
    decayShape: 'linear',
  };
}

function blendOf(choice: BlendChoice, { base }: RunConfig, { general, qa }: ContinuedConfig): Blend {
  switch (choice) {
    case 'pretraining':
      return base.blend;
    case 'general':
      return general;
    case 'qa':
      return qa;
    case 'mixed':
      return mixture(general, qa, RECIPE_SHARE);
  }
  if ('general' in choice) return generalBlend(choice.general, base.blend);
  if ('qaMix' in choice) return qaMix(choice.qaMix, qa);
  return qaShareScaled(qa, choice.qaShareTimes);
}

/** share of a and 1 − share of b, each normalised; percent. */
function mixture(a: Blend, b: Blend, share: number): Blend {
  const total = (blend: Blend) => Object.values(blend).reduce((sum, weight) => sum + weight, 0);
  const mixed: Blend = {};
  for (const [blend, part] of [
    [a, share],
    [b, 1 - share],
  ] as const) {
    for (const [name, weight] of Object.entries(blend))
      mixed[name] = (mixed[name] ?? 0) + (100 * part * weight) / total(blend);
  }
  return mixed;
}
