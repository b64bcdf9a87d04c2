/** What each alert means, and whether to do anything about it; what exactly was measured the alert says itself. */
import type { NoticeCode } from '../../protocol.ts';
import type { Level } from './alerts.ts';
import * as format from '../format.ts';

export const words = {
  level: { info: 'Note:', warn: 'Warning:', error: 'Problem:' } satisfies Record<Level, string>,
  all: (count: number) => (count === 1 ? 'Read it in full' : `All ${count} alerts`),
  show: (step: number) => `Show step ${format.integer(step)}`,
};

export const ADVICE: Record<NoticeCode, { means: string; todo: string }> = {
  'bad-step': {
    means: 'One step gave no finite number and was skipped.',
    todo: 'Do nothing unless it happens often; then lower the peak learning rate.',
  },
  spike: {
    means: 'The loss jumped and stayed high for a second step.',
    todo: 'Do nothing yet: it usually comes back within a few dozen steps. If it stays up, lower the peak learning rate.',
  },
  'went-back': { means: 'The run went back to its last save.', todo: 'You don’t need to do anything.' },
  'not-saved': {
    means: 'The run trains on, but this save failed.',
    todo: 'Free some space, or download the model at the end.',
  },
  storage: {
    means: 'This browser has little room for saved runs, or none.',
    todo: 'Download the models that you want to keep.',
  },
  data: {
    means: 'Something about your text or its held-out part is not as you asked, but the run continues.',
    todo: 'Read what it says; change the text or the settings if it matters to you.',
  },
  'old-save': {
    means: 'The newest save could not be read, so an older one is used.',
    todo: 'You don’t need to do anything.',
  },
  'gpu-lost': {
    means: 'The graphics driver restarted, and the run continues from its last save.',
    todo: 'You don’t need to do anything. If it happens again, use a smaller batch or model.',
  },
  'gpu-hung': {
    means: 'The GPU stopped answering, and the run continues from its last save.',
    todo: 'You don’t need to do anything. If it happens again, use a smaller batch or model.',
  },
  'gpu-error': {
    means: 'The GPU failed, and the run continues from its last save.',
    todo: 'You don’t need to do anything. If it happens again, use a smaller batch or model.',
  },
  'gpu-refused': {
    means: 'The browser has paused graphics for two minutes.',
    todo: 'Leave this tab open: the run then continues.',
  },
  'gpu-variant': {
    means: 'A faster way to compute gave wrong numbers on this GPU, so a slower one is used.',
    todo: 'You don’t need to do anything. An update of the driver may help.',
  },
  'thread-lost': {
    means: 'One thread of the processor failed, and the run continues from its last save.',
    todo: 'You don’t need to do anything. If it happens again, close what else needs much memory.',
  },
  'other-device': {
    means: 'The run began on one kind of device and continues on another.',
    todo: 'You don’t need to do anything. The results differ in the last digits from those of a run on one device.',
  },
  restarted: {
    means: 'The training process restarted, and the run continues from its last save.',
    todo: 'You don’t need to do anything.',
  },
  slept: { means: 'The browser or the computer was asleep.', todo: 'You don’t need to do anything.' },
  elsewhere: {
    means: 'The tab that trains this run is closed or asleep.',
    todo: 'Wake that tab, or continue the run here.',
  },
  page: {
    means: 'A part of this page failed; training continues.',
    todo: 'Reload the page if something does not respond.',
  },
  'first-step': {
    means: 'The first step does not look as it should.',
    todo: 'Stop, and check the model and the initial learning rate.',
  },
  'gradient-spike': {
    means: 'The gradient was far larger than usual, not for the first time.',
    todo: 'Do nothing while the loss falls. If it rises too, lower the peak learning rate.',
  },
  'clip-rate': {
    means: 'Nearly every gradient is clipped, so the learning rate alone sets the size of a step.',
    todo: 'This run can continue. For the next, raise the clipping limit or lower the rate.',
  },
  plateau: {
    means: 'The loss has stopped falling.',
    todo: 'Let it run if the rate is about to fall; otherwise stop it and lower the rate.',
  },
  'dead-units': {
    means: 'Many units of one layer are never active, so the model is smaller than it could be.',
    todo: 'This run can continue. For the next, lower the rate.',
  },
  'update-ratio': {
    means: 'Some weights change much more, or much less, per step than usual.',
    todo: 'Change the peak learning rate as the alert says if the loss does not fall.',
  },
  'attention-scores': {
    means: 'Attention has become so sharp that it can hardly learn.',
    todo: 'Lower the peak learning rate.',
  },
};
