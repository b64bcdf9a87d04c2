/** One option as a form field, made from its description alone: label, range, unit, explanation. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Option } from '../../config/options.ts';
import { formatTokenizer, getPath, parseTokenizer } from '../../config/path.ts';
import type { TokenizerConfig } from '../../config/run.ts';
import { config, edit, toggleSection } from '../state/config.ts';
import { text } from '../strings.ts';

interface Props {
  option: Option;
  /** Says which run an option belongs to, where fields of several sections stand together. */
  withSection?: boolean;
}

export function OptionField({ option, withSection = false }: Props) {
  const id = useId();
  const dismissed = useSignal(false);
  const { from, notes } = option.source;
  const label = withSection ? `${option.section}: ${option.label.toLowerCase()}` : option.label;
  return (
    <div
      class={`field option ${dismissed.value ? 'dismissed' : ''}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') dismissed.value = true;
      }}
      onPointerEnter={() => (dismissed.value = false)}
      onFocusOut={() => (dismissed.value = false)}
    >
      <label for={id}>
        {label}
        {option.unit && <span class="unit"> {option.unit}</span>}
      </label>
      <Control option={option} id={id} describedBy={`${id}-about`} />
      <p class="about" id={`${id}-about`} role="tooltip">
        {option.explanation} <span class="note">{text.setup.sourceOf(from, notes)}</span>
      </p>
    </div>
  );
}

function Control({ option, id, describedBy }: { option: Option; id: string; describedBy: string }) {
  const value = getPath(config.value, option.key);
  const common = { id, 'aria-describedby': describedBy };
  switch (option.type) {
    case 'boolean':
      return (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={(event) => edit(option.key, event.currentTarget.checked)}
        />
      );
    case 'section':
      return (
        <input
          {...common}
          type="checkbox"
          checked={value !== null}
          onChange={(event) => toggleSection(option.key, event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <select {...common} value={String(value)} onChange={(event) => edit(option.key, event.currentTarget.value)}>
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    case 'tokenizer':
      return (
        <TextControl
          {...common}
          text={formatTokenizer(value as TokenizerConfig)}
          parse={(written) => {
            const tokenizer = parseTokenizer(written.trim());
            const fits = tokenizer && (tokenizer.kind !== 'bpe' || inRange(tokenizer.vocab_size, option));
            return fits ? { value: tokenizer } : { problem: text.setup.badTokenizer };
          }}
          onValue={(tokenizer) => edit(option.key, tokenizer)}
        />
      );
    case 'integer':
    case 'number': {
      const mayBeNone = option.type === 'number' && option.nullable === true;
      return (
        <TextControl
          {...common}
          numeric
          text={value === null ? text.setup.none : String(value)}
          parse={(written) => {
            if (mayBeNone && (written.trim() === '' || written.trim() === text.setup.none)) return { value: null };
            const number = Number(written);
            const fits = written.trim() !== '' && inRange(number, option) && (option.type === 'number' || Number.isInteger(number));
            return fits ? { value: number } : { problem: text.setup.badNumber(option.min, option.max) };
          }}
          onValue={(number) => edit(option.key, number)}
        />
      );
    }
  }
}

const inRange = (value: number, { min, max }: { min: number; max: number }) => value >= min && value <= max;

interface TextControlProps<T> {
  id: string;
  'aria-describedby': string;
  numeric?: boolean;
  text: string;
  parse(written: string): { value: T } | { problem: string };
  onValue(value: T): void;
}

/** A field whose text is taken over when it reads as a value; until then it keeps what was typed and says what it wants. */
function TextControl<T>({ text: shown, parse, onValue, numeric, ...rest }: TextControlProps<T>) {
  const draft = useSignal<string | null>(null);
  const read = draft.value === null ? null : parse(draft.value);
  const problem = read && 'problem' in read ? read.problem : null;
  return (
    <>
      <input
        {...rest}
        type="text"
        class={numeric ? 'numeric' : ''}
        inputMode={numeric ? 'decimal' : 'text'}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== null}
        value={draft.value ?? shown}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          const result = parse(draft.value);
          if ('value' in result) onValue(result.value);
        }}
        onBlur={() => {
          if (problem === null) draft.value = null;
        }}
      />
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
