/** GPU or processor: the page's own choice unless the reader made one, which this browser remembers. */
import { signal } from '@preact/signals';
import type { DeviceChoice } from '../../protocol.ts';
import { recall, remember } from '../run/memory.ts';

const stored = recall('device');
export const deviceChoice = signal<DeviceChoice>(stored === 'gpu' || stored === 'cpu' ? stored : 'auto');

export function keepDevice(choice: DeviceChoice): void {
  deviceChoice.value = choice;
  remember('device', choice);
}
