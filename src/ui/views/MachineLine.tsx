import type { AdapterReport } from '../../protocol.ts';
import { CheckMachine } from '../machine/MachineCheck.tsx';
import { machine } from '../trainer.ts';
import { text } from '../strings.ts';

/** The best name a browser gives its adapter; many give a vendor and a family only. */
function nameOf({ description, vendor, architecture }: AdapterReport): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || text.machine.nameless;
}

export function MachineLine() {
  const state = machine.value;
  if (state.kind === 'none') return null;
  if (state.kind === 'asking') return <p class="note">{text.machine.asking}</p>;
  return (
    <div>
      <p class="note">
        {state.adapter.processor ? text.machine.processor : text.machine.on(nameOf(state.adapter))}{' '}
        {state.adapter.software && !state.adapter.processor && text.machine.software}
      </p>
      <CheckMachine />
    </div>
  );
}
