/** One option as a form field, made from its description alone: label, range, unit, explanation. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Option } from '../../config/options.ts';
import { formatValue, getPath } from '../../config/path.ts';
import { config, state } from './config.ts';
import { isLocked } from '../page/lesson.ts';
import { SourceNote } from './SourceNote.tsx';

interface Props {
  option: Option;
  /** Says which run an option belongs to, where fields of several sections stand together. */
  withSection?: boolean;
}

export function OptionField({ option, withSection = false }: Props) {
  const id = useId();
  const label = withSection ? `${option.section}: ${option.label.toLowerCase()}` : option.label;
  return (
    <div class="field option">
      <label for={id}>
        {label}
        {option.unit && !option.label.toLowerCase().endsWith(option.unit) && <span class="unit"> {option.unit}</span>}
      </label>
      <Control option={option} id={id} describedBy={`${id}-about`} />
      <p class="about" id={`${id}-about`} role="tooltip">
        {option.explanation.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}{' '}
        <SourceNote source={option.source} />
      </p>
    </div>
  );
}

/** Its type says that every kind of option has a control. */
function Control({ option, id, describedBy }: { option: Option; id: string; describedBy: string }): JSX.Element {
  const { key, type } = option;
  const value = getPath(config.value, key);
  const common = { id, 'aria-describedby': describedBy, disabled: isLocked(key) };
  switch (type) {
    case 'boolean':
    case 'section': {
      const [on, off] = type === 'section' ? ['on', 'off'] : ['true', 'false'];
      return (
        <input
          {...common}
          type="checkbox"
          checked={type === 'section' ? value !== null : value === true}
          onChange={(event) => state(key, event.currentTarget.checked ? on : off)}
        />
      );
    }
    case 'choice':
      return (
        <select {...common} value={formatValue(value)} onChange={(event) => state(key, event.currentTarget.value)}>
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    case 'tokenizer':
    case 'ramp':
    case 'integer':
    case 'number':
      return (
        <TextControl
          {...common}
          numeric={type !== 'tokenizer' && type !== 'ramp'}
          shown={formatValue(value)}
          take={(written) => state(key, written)}
        />
      );
  }
}

interface TextControlProps {
  id: string;
  'aria-describedby': string;
  disabled: boolean;
  numeric: boolean;
  shown: string;
  /** Takes the text over, or says what is wrong with it. */
  take(written: string): string | null;
}

/**
 * A field that takes every text over that reads as a value; another stays as typed, with a sentence, until the field
 * is left.
 */
function TextControl({ shown, take, numeric, ...rest }: TextControlProps) {
  const draft = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  return (
    <>
      <input
        {...rest}
        type="text"
        class={numeric ? 'numeric' : ''}
        inputMode={numeric ? 'decimal' : 'text'}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem.value !== null}
        value={draft.value ?? shown}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          problem.value = take(draft.value.trim());
        }}
        onBlur={() => (draft.value = problem.value = null)}
      />
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </>
  );
}
