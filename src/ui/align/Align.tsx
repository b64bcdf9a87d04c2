/** The sheet of alignment: a base on its way to an assistant, stage by stage, and what each stage made of it. */
import '../style/experiments.css';
import '../style/align.css';
import { useEffect } from 'preact/hooks';
import { Base } from './Base.tsx';
import { Chat } from './Chat.tsx';
import { Curves } from './Curves.tsx';
import { Gaps } from './Gaps.tsx';
import { Pairs } from './Pairs.tsx';
import { Recorded } from './Recorded.tsx';
import { fetchRecorded } from './recorded.ts';
import { Scores } from './Scores.tsx';
import { Stages } from './Stages.tsx';
import { opened, problem, restore } from './state.ts';
import { words } from './words.ts';

export function Align() {
  useEffect(() => {
    void fetchRecorded();
    void restore();
  }, []);
  return (
    <main class="columns">
      <div class="run stack-4">
        <h2>{words.heading}</h2>
        <p>{words.about}</p>
        <Base />
        {opened.value && <Stages />}
        {problem.value !== null && (
          <p class="problem" role="alert">
            {words.failed(problem.value)}
          </p>
        )}
      </div>
      <div class="picture findings" id="chart" tabIndex={-1}>
        {opened.value && (
          <>
            <Chat />
            <Curves />
            <Scores />
          </>
        )}
        <Gaps />
        <Pairs />
        <Recorded />
      </div>
    </main>
  );
}
