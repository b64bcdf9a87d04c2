/** A model of the reader's own: chosen or dropped, what it is, what it does before training, and how it is to be trained. */
import { FromAddress } from '../address/FromAddress.tsx';
import { fetched } from '../components/fetched.tsx';
import { DropZone } from '../components/DropZone.tsx';
import { Fact } from '../components/Fact.tsx';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { LORA_TARGETS } from '../../config/run.ts';
import type { FolderReport, ModelTrial } from '../../protocol.ts';
import { droppedFiles } from '../files/dropped.ts';
import { folder } from '../recipe/base.ts';
import { againstBase, lora } from '../recipe/config.ts';
import { begin, canBegin } from '../run/begin.ts';
import { preflight } from '../run/preflight.ts';
import * as format from '../format.ts';
import { closeModel, isLora, openModel, problem, reading, trial, tryIt, usualLora } from './ownModel.ts';
import { words } from './words.ts';

const ModelAddress = fetched(
  () => import('../address/ModelAddress.tsx').then((module) => module.ModelAddress),
  (children) => <div>{children}</div>,
);

export function OwnModel() {
  const id = useId();
  const opened = folder.value;
  return (
    <DropZone take={(dropped) => void droppedFiles(dropped).then(openModel)}>
      <h2>
        <label for={id}>{words.heading}</label>
      </h2>
      <FolderInput id={id} describedBy={`${id}-note`} />
      <label class="file-line">
        {words.folder} <FolderInput whole />
      </label>
      <p class="note" id={`${id}-note`}>
        {words.note}
      </p>
      <FromAddress of={ModelAddress} />
      {reading.value !== null && (
        <p class="note" role="status">
          {words.reading(reading.value)}
        </p>
      )}
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {opened && (
        <>
          <What name={opened.name} report={opened.report} />
          <Adapters />
          <div class="buttons">
            <button type="button" disabled={trial.value === 'trying'} onClick={() => void tryIt()}>
              {words.try}
            </button>
            <button type="button" class="primary" disabled={!canBegin.value} onClick={begin}>
              {words.begin}
            </button>
            <button type="button" class="quiet" onClick={closeModel}>
              {words.remove}
            </button>
          </div>
          {trial.value === 'trying' && (
            <p class="note" role="status">
              {words.trying}
            </p>
          )}
          {trial.value !== null && trial.value !== 'trying' && <Tried trial={trial.value} />}
        </>
      )}
    </DropZone>
  );
}

/** `whole`: a folder is chosen, not its files. */
function FolderInput({ id, describedBy, whole }: { id?: string; describedBy?: string; whole?: true }) {
  return (
    <input
      id={id}
      class="plain"
      type="file"
      multiple
      {...(whole ? { webkitdirectory: true } : { accept: '.json,.safetensors,.zip' })}
      aria-describedby={describedBy}
      onChange={(event) => {
        void openModel([...(event.currentTarget.files ?? [])]);
        event.currentTarget.value = '';
      }}
    />
  );
}

function What({ name, report }: { name: string; report: FolderReport }) {
  const needs = preflight.value?.needs;
  return (
    <>
      <p>
        <b>{name}</b>
      </p>
      <dl class="facts">
        <Fact name={words.is.architecture}>{report.architecture}</Fact>
        <Fact name={words.is.parameters}>{format.integer(report.parameters)}</Fact>
        <Fact name={words.is.layers}>{words.layersOf(report)}</Fact>
        <Fact name={words.is.context}>{words.contextOf(report)}</Fact>
        <Fact name={words.is.tokenizer}>{words.tokenizerOf(report)}</Fact>
        <Fact name={words.is.stored}>{words.storedOf(report)}</Fact>
        {needs && <Fact name={words.is.memory}>{format.bytes(needs.bytes)}</Fact>}
        {report.own && <Fact name={words.is.trained}>{words.ownRun(report)}</Fact>}
      </dl>
      <ul class="note">
        {[...report.notes, ...againstBase.value.warnings.map(({ message }) => message)].map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

function Adapters() {
  const wrong = useSignal(false);
  const now = lora.value;
  const set = (change: Partial<typeof usualLora>) => {
    const next = { ...(lora.value ?? usualLora), ...change };
    wrong.value = !isLora(next);
    if (!wrong.value) lora.value = next;
  };
  const number = (key: 'rank' | 'alpha', label: string, step: number) => (
    <label>
      {label}{' '}
      <input
        type="number"
        min={step}
        step={step}
        value={now![key]}
        onChange={(event) => set({ [key]: Number(event.currentTarget.value) })}
      />
    </label>
  );
  return (
    <fieldset class="file-use">
      <legend>{words.how}</legend>
      {[words.all, words.adapters].map((label, i) => (
        <label key={label}>
          <input
            type="radio"
            name="adapters"
            checked={(now !== null) === (i === 1)}
            onChange={() => {
              wrong.value = false;
              lora.value = i === 1 ? usualLora : null;
            }}
          />{' '}
          {label}
        </label>
      ))}
      {now && (
        <>
          {number('rank', words.rank, 4)}
          {number('alpha', words.alpha, 1)}
          <span>{words.targets}</span>
          {LORA_TARGETS.map((target) => (
            <label key={target}>
              <input
                type="checkbox"
                checked={now.targets!.includes(target)}
                disabled={now.targets!.length === 1 && now.targets![0] === target}
                onChange={(event) => {
                  const isIn = event.currentTarget.checked;
                  set({
                    targets: LORA_TARGETS.filter((one) => (one === target ? isIn : now.targets!.includes(one))),
                  });
                }}
              />{' '}
              {words.targetNames[target]}
            </label>
          ))}
        </>
      )}
      {wrong.value && <p role="alert">{words.wrongLora}</p>}
    </fieldset>
  );
}

function Tried({ trial: { heldOut, samples } }: { trial: ModelTrial }) {
  return (
    <>
      <table>
        <caption>{words.tried}</caption>
        <thead>
          <tr>
            <th scope="col">{words.source}</th>
            <th scope="col">{words.loss}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(heldOut).map(([name, loss]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{format.loss(loss)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ol class="preview">
        {samples.map(({ prompt, text }) => (
          <li key={prompt}>
            <pre tabIndex={0} aria-label={prompt}>
              <b>{prompt}</b>
              {text}
            </pre>
          </li>
        ))}
      </ol>
    </>
  );
}
