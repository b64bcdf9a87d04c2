/** What a run achieved: held-out losses, answers, samples. */
import * as format from '../format.ts';

export const resultsWords = {
  sources: {
    heading: 'Held-out loss, source by source',
    note: 'Nats a token on documents that were never trained on. Lower is better.',
    empty: 'Measured at the start, along the way and at the end of every phase.',
    unmeasured: 'not measured yet',
    unmeasuredApart: 'not measured by itself',
    source: 'Source',
    start: 'Start',
    switch: 'At the switch',
    now: 'Now',
    end: 'End',
    change: 'Change',
    sinceSwitch: 'Since the switch',
    withError: (change: number, error: number | null) =>
      error === null ? format.change(change) : `${format.change(change)} ± ${error.toFixed(3)}`,
    trend: 'Trend',
    tokens: 'Tokens',
    epochs: 'Share read',
    trendOf: (name: string, from: number, to: number) =>
      `Held-out loss of ${name}: ${format.loss(from)} at first, ${format.loss(to)} now`,
  },
  answers: {
    heading: 'The same questions after each phase',
    note: 'Held-out text that was never trained on, with the same random draws each time.',
    prompt: 'Prompt',
    expected: 'Original text',
    answer: 'Answer',
    at: (step: number) => `Step ${format.integer(step)}`,
    baseEnd: 'After the base run',
    beforeSwitch: 'Before the switch',
    afterSwitch: 'After the switch',
    end: 'At the end',
  },
  samples: {
    heading: 'What the model writes',
    empty: 'Samples appear here during training. Pause the run to try a prompt of your own.',
    at: (step: number) => `Step ${format.integer(step)}`,
    own: 'Your prompt',
    prompt: 'Prompt',
    temperature: 'Temperature',
    write: 'Generate',
    writing: 'Generating …',
  },
  benchmarks: {
    heading: 'What the model can answer',
    note: 'Share of right answers to questions that appear in no training text. Retention asks about people whom continued training hardly mentions; probes do not count in any average.',
    suite: 'Suite',
    start: 'Start',
    now: 'Now',
    chance: 'Chance',
    trend: 'Trend',
    benchmarks: 'Benchmarks',
    retention: 'Retention',
    role: { benchmark: '', retention: 'retention', probe: 'probe' },
    trendOf: (name: string, from: number, to: number) =>
      `Accuracy in ${name}: ${format.percent(from)} at first, ${format.percent(to)} now`,
  },
};
