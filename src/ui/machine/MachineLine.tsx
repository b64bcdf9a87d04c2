import type { AdapterReport } from '../../protocol.ts';
import { CheckMachine } from './MachineCheck.tsx';
import { machine } from '../trainer.ts';
import { startWords } from '../words/start.ts';

/** The best name a browser gives its adapter; many give a vendor and a family only. */
function nameOf({ description, vendor, architecture }: AdapterReport): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || startWords.machine.nameless;
}

export function MachineLine() {
  const state = machine.value;
  if (state.kind === 'none') return null;
  if (state.kind === 'asking') return <p class="note">{startWords.machine.asking}</p>;
  return (
    <div>
      <p class="note">
        {state.adapter.processor ? startWords.machine.processor : startWords.machine.on(nameOf(state.adapter))}{' '}
        {state.adapter.software && !state.adapter.processor && startWords.machine.software}
      </p>
      <CheckMachine />
    </div>
  );
}
