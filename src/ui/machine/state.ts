/** Whether the check is open, and where it is. */
import { signal } from '@preact/signals';
import type { MachineProgress, MachineReport } from '../../protocol.ts';
import { checkMachine } from '../trainer.ts';
import type { PresetTime } from './report.ts';

export type Check =
  | { kind: 'none' }
  | { kind: 'measuring'; progress: MachineProgress | null }
  | { kind: 'done'; report: MachineReport; times: PresetTime[] }
  | { kind: 'failed'; message: string };

/** The address that opens it, so that a workshop's invitation can link to it. */
export const MACHINE_HASH = '#machine';

export const isOpen = signal(location.hash === MACHINE_HASH);
addEventListener('hashchange', () => {
  if (location.hash === MACHINE_HASH) isOpen.value = true;
});

export const check = signal<Check>({ kind: 'none' });

export async function measure(): Promise<void> {
  check.value = { kind: 'measuring', progress: null };
  try {
    const report = await checkMachine((progress) => {
      // Progress comes by a way of its own, and may come after the report.
      if (check.value.kind === 'measuring') check.value = { kind: 'measuring', progress };
    });
    // With the sheet, which the first script leaves out.
    const { presetTimes } = await import('./report.ts');
    check.value = { kind: 'done', report, times: presetTimes(report) };
  } catch (error) {
    check.value = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
