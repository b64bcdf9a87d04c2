import type { AdapterReport, DeviceChoice } from '../../protocol.ts';
import { useRef } from 'preact/hooks';
import { fetched } from '../components/fetched.tsx';
import { isExperimenting } from '../experiments/experimentState.ts';
import { isActive } from '../run/controls.ts';
import { runState } from '../run/run.ts';
import { chooseDevice, machine } from '../trainer.ts';
import { startWords } from '../words/start.ts';
import { deviceChoice } from './device.ts';
import { isOpen } from './state.ts';

const words = startWords.machine;

/** The best name a browser gives its adapter; many give a vendor and a family only. */
function nameOf({ description, vendor, architecture }: AdapterReport): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || words.nameless;
}

function sentences(adapter: AdapterReport): string[] {
  const { processor } = adapter;
  if (!processor) return [words.on(nameOf(adapter)), ...(adapter.software ? [words.software] : [])];
  const { threads, alone, because = 'chosen' } = processor;
  return [words.processor(threads), words.because[because], ...(alone ? [words.alone] : [])].filter(Boolean);
}

const MachineCheck = fetched(
  () => import('./MachineCheck.tsx').then((module) => module.MachineCheck),
  (children) => <>{children}</>,
);

function CheckMachine() {
  // Closed, the dialog stays: it gives the focus back.
  const wanted = useRef(false);
  wanted.current ||= isOpen.value;
  return (
    <>
      <button type="button" class="quiet" onClick={() => (isOpen.value = true)}>
        {words.check}
      </button>
      {wanted.current && <MachineCheck />}
    </>
  );
}

export function MachineLine() {
  const state = machine.value;
  if (state.kind === 'none' && deviceChoice.value === 'auto') return null;
  return (
    <div class="stack-2">
      {state.kind === 'asking' && <p class="note">{words.asking}</p>}
      {state.kind === 'ready' && <p class="note">{sentences(state.adapter).join(' ')}</p>}
      <label class="device note">
        {words.computeOn}{' '}
        <select
          value={deviceChoice.value}
          disabled={state.kind === 'asking' || isActive(runState.value) || isExperimenting.value}
          onChange={({ currentTarget }) => void chooseDevice(currentTarget.value as DeviceChoice)}
        >
          {Object.entries(words.devices).map(([choice, name]) => (
            <option key={choice} value={choice}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {state.kind === 'ready' && <CheckMachine />}
    </div>
  );
}
