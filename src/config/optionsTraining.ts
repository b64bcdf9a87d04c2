/** Options of the optimizer, the base run and continued pretraining. */
import { type Option, own, reuse, type Section } from './option.ts';

export function optimizerOptions(): Option[] {
  const section = 'Optimizer';
  return [
    {
      key: 'optimizer.beta1',
      label: 'β₁',
      section,
      type: 'number',
      min: 0,
      max: 0.9999,
      step: 0.01,
      scale: 'linear',
      explanation: "Memory of AdamW's mean gradient.",
      source: reuse('base model', 'S'),
    },
    {
      key: 'optimizer.beta2',
      label: 'β₂',
      section,
      type: 'number',
      min: 0,
      max: 0.99999,
      step: 0.01,
      scale: 'linear',
      explanation:
        "Memory of AdamW's mean squared gradient. 0.95 forgets in some 20 steps; 0.99 steadies small batches.",
      source: reuse('base model', 'S'),
    },
    {
      key: 'optimizer.epsilon',
      label: 'Adam ε',
      section,
      type: 'number',
      min: 1e-15,
      max: 1e-2,
      step: 1e-8,
      scale: 'log',
      explanation: 'Keeps the update finite where gradients vanish.',
      source: own,
    },
    {
      key: 'optimizer.weight_decay',
      label: 'Weight decay',
      section,
      type: 'number',
      min: 0,
      max: 1,
      step: 0.01,
      scale: 'linear',
      explanation:
        'Each step shrinks matrices by η times this, apart from the gradient (decoupled). Norms and ' +
        'biases never decay.',
      source: reuse('base model', 'S'),
    },
    {
      key: 'optimizer.decay_embeddings',
      label: 'Decay embeddings',
      section,
      type: 'boolean',
      explanation: 'Whether the embedding and the output layer decay like other matrices.',
      source: own,
    },
    {
      key: 'optimizer.max_grad_norm',
      label: 'Gradient clip',
      section,
      type: 'number',
      min: 0,
      max: 1000,
      step: 0.1,
      scale: 'linear',
      explanation:
        'A gradient longer than this (all weights taken as one vector) is shortened to it. 0 turns clipping off.',
      source: own,
    },
  ];
}

/** The schedule's options of one phase; the same shape twice, with each phase's own explanations where they differ. */
export function baseOptions(): Option[] {
  return [
    ...scheduleOptions('base'),
    {
      key: 'base.batchRamp',
      label: 'Batch ramp',
      section: 'Base run',
      type: 'ramp',
      explanation:
        '`8:0.025,16:0.025`: 8, then 16 sequences a step, for 2.5 % of the tokens each, as 384 and 768 in the paper. Steps stay, so ' +
        'fewer tokens are read; the rate follows the tokens.',
      source: reuse('base model', 'S'),
    },
  ];
}

function scheduleOptions(at: 'base' | 'continued'): Option[] {
  const base = at === 'base';
  const section: Section = base ? 'Base run' : 'Continued pretraining';
  const key = `${at}.schedule`;
  return [
    {
      key: `${at}.steps`,
      label: 'Steps',
      section,
      type: 'integer',
      min: 1,
      max: 10_000_000,
      step: 1,
      unit: 'steps',
      explanation: base
        ? 'Optimizer steps of the base run.'
        : "Optimizer steps of both blends together. The paper's 300B tokens are 3.75 % of its 8T base; a toy " +
          'needs more, about a fifth.',
      source: own,
    },
    {
      key: `${key}.kind`,
      label: 'Schedule',
      section,
      type: 'choice',
      choices: ['cosine', 'linear', 'wsd', 'constant'],
      explanation:
        'How the rate falls from peak to end: along a cosine, a line, late (warm-up, stable, decay), ' +
        'or not at all.',
      source: reuse('Figure 3 and Table 8', 'S'),
    },
    {
      key: `${key}.peak`,
      label: 'Peak rate',
      section,
      type: 'number',
      min: 1e-8,
      max: 1,
      step: 1e-5,
      scale: 'log',
      explanation: base
        ? 'η_max, the largest learning rate, reached after the warm-up.'
        : 'Where continued pretraining starts: the rate at which the base run ended.',
      source: base ? own : reuse('Figure 3 and Table 8', 'S'),
    },
    {
      key: `${key}.end`,
      label: 'End rate',
      section,
      type: 'number',
      min: 0,
      max: 1,
      step: 1e-6,
      scale: 'log',
      explanation: base
        ? 'Rate at the last step. A tenth of the peak in the paper; a fifth in toy runs, whose few continued ' +
          'steps need it.'
        : 'Rate at the last step: a hundredth of the peak did best in the paper.',
      source: base ? reuse('base model', 'S') : reuse('Figure 3 and Table 8', 'T'),
    },
    {
      key: `${key}.warmupSteps`,
      label: 'Warm-up',
      section,
      type: 'integer',
      min: 0,
      max: 10_000_000,
      step: 1,
      unit: 'steps',
      explanation: base
        ? "Steps of linear rise to the peak, while Adam's averages settle."
        : 'None in the recipe: each kind of re-warming tried in the paper ended lower.',
      source: reuse(base ? 'base model' : 'Figure 3 and Table 8', 'S'),
    },
    {
      key: `${key}.warmupStart`,
      label: 'Warm-up from',
      section,
      type: 'number',
      min: 0,
      max: 1,
      step: 1e-6,
      scale: 'log',
      explanation: 'Rate at the first step of a warm-up; without one it has no effect.',
      source: own,
    },
    {
      key: `${key}.decayShare`,
      label: 'Decay share',
      section,
      type: 'number',
      min: 0.01,
      max: 1,
      step: 0.01,
      scale: 'linear',
      unit: 'share',
      explanation: 'Share of the steps that a `wsd` schedule spends decaying, at its end.',
      source: own,
    },
    {
      key: `${key}.decayShape`,
      label: 'Decay shape',
      section,
      type: 'choice',
      choices: ['linear', 'cosine', 'minus_sqrt'],
      explanation: "Form of a `wsd` schedule's decay; `minus_sqrt` is 1 − √q, steep at first.",
      source: own,
    },
  ];
}

export function continuedOptions(): Option[] {
  const section = 'Continued pretraining';
  return [
    {
      key: 'continued',
      label: 'Continued pretraining',
      section,
      type: 'section',
      explanation: 'The two-phase recipe after the base run: general blend, then question-and-answer blend.',
      source: reuse('the recipe', 'S'),
    },
    ...scheduleOptions('continued'),
    {
      key: 'continued.switchDivisor',
      label: 'Switch when rate = peak ÷',
      section,
      type: 'number',
      min: 0,
      max: 1000,
      step: 0.1,
      scale: 'log',
      explanation:
        'The blend changes once the rate is at most peak divided by this: 5 did best in the paper, 1 ' +
        'from the start, 0 never.',
      source: reuse('Table 9', 'T'),
    },
    {
      key: 'continued.switchShare',
      label: 'Switch at a share',
      section,
      type: 'number',
      min: 0,
      max: 1,
      step: 0.01,
      scale: 'linear',
      unit: 'of steps',
      nullable: true,
      explanation:
        'Switches at this share of the steps whatever the rate, to compare schedules on equal ' +
        'tokens. `none`: the rate decides.',
      source: own,
    },
    {
      key: 'continued.keepMoments',
      label: "Keep Adam's state",
      section,
      type: 'boolean',
      explanation: "Carry the optimizer's averages over from the base run. Made no real difference in the paper.",
      source: reuse('base model', 'S'),
    },
  ];
}
