/**
 * Single-key commands: Space pauses and resumes, `.` takes one step, `l` and Shift+L change the chart's axes, `?` opens the
 * help. They act only while no control has the focus, and can be turned off (WCAG 2.1.4): speech input and slips of the
 * hand must not stop a run.
 */
import { effect, signal } from '@preact/signals';
import { pause, resume, step } from '../trainer.ts';
import type { Command } from '../run/controls.ts';
import { helpIsOpen } from './help.ts';
import { recall, remember } from '../run/memory.ts';
import { view } from './route.ts';
import { commands } from '../run/run.ts';
import { logLoss, logX } from '../run/shown.ts';

export const singleKeys = signal(recall('singleKeys') !== 'off');
effect(() => remember('singleKeys', singleKeys.value ? 'on' : 'off'));

const CONTROLS = 'input, select, textarea, button, a, summary, dialog, [contenteditable]';

/** What a key asks of a run that takes these commands; null: nothing. */
export function commandOfKey(key: string, allowed: readonly Command[]): 'pause' | 'resume' | 'step' | null {
  if (key === '.' && allowed.includes('step')) return 'step';
  if (key === ' ' && allowed.includes('pause')) return 'pause';
  if (key === ' ' && allowed.includes('resume')) return 'resume';
  return null;
}

const ACTIONS = { pause, resume, step };

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest(CONTROLS)) return;
    if (event.key === '?') {
      helpIsOpen.value = true;
      return;
    }
    const axis = event.key === 'l' ? logLoss : event.key === 'L' ? logX : null;
    if (axis && view.value === 'run') axis.value = !axis.value;
    const command = commandOfKey(event.key, commands.value);
    if (!command) return;
    event.preventDefault();
    // A held key repeats: one step per press is meant by "single".
    if (!event.repeat) void ACTIONS[command]();
  });
}
