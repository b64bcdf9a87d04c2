/** The sheet of instruments: the first step, the inside of the model, alerts, the range test, and rate by batch. */
import '../style/experiments.css';
import '../style/instruments.css';
import { NoGpu } from '../machine/NoGpu.tsx';
import { AlertList } from '../alerts/Alerts.tsx';
import { notices } from '../run/run.ts';
import { machine } from '../trainer.ts';
import { FirstStep } from './FirstStep.tsx';
import { GridSection } from './GridSection.tsx';
import { Inside } from './Inside.tsx';
import { RangeTest } from './RangeTest.tsx';
import { hindrance, subject, underWay } from './state.ts';
import { WidthSection } from './WidthSection.tsx';
import { words } from './words.ts';

export function Instruments() {
  const none = machine.value.kind === 'none' ? machine.value : null;
  return (
    <main class="columns">
      <div class="run stack-4">
        <h2>{words.heading}</h2>
        <p>{words.about}</p>
        <p class="note">
          {words.worksOn} <b>{subject.value}</b>. {words.change}
        </p>
        {hindrance.value && !underWay.value && <p class="problem">{hindrance.value}</p>}
      </div>
      <div class="picture findings instruments" id="chart" tabIndex={-1}>
        {none && <NoGpu cause={none.cause} message={none.message} rest={words.noMachine} />}
        <FirstStep />
        <Inside />
        <section class="alerts-all">
          <h2>{words.alerts.heading}</h2>
          {notices.value.length === 0 ? <p class="note">{words.alerts.none}</p> : <AlertList />}
        </section>
        <RangeTest />
        <GridSection />
        <WidthSection />
      </div>
    </main>
  );
}
