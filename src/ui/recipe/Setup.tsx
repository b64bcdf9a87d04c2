/** The recipe as a form. It says what the next run will do; a run under way is not touched by it. */
import { useSignal } from '@preact/signals';
import { optionOf } from '../../config/options.ts';
import { BlendEditor } from './BlendEditor.tsx';
import { OptionField } from './OptionField.tsx';
import { AllOptions } from './AllOptions.tsx';
import { OwnFiles } from '../files/OwnFiles.tsx';
import { SwitchField } from './SwitchField.tsx';
import { config } from './config.ts';
import { fetched } from '../components/fetched.tsx';
import { isHidden } from '../page/lesson.ts';
import { classWords } from '../words/class.ts';
import { recipeWords } from '../words/recipe.ts';

const OwnModel = fetched(
  () => import('../model/OwnModel.tsx').then((module) => module.OwnModel),
  (children) => <div>{children}</div>,
);

const LinkMaker = fetched(
  () => import('../class/LinkMaker.tsx').then((module) => module.LinkMaker),
  (children) => <div>{children}</div>,
);

/** What a first visitor may want to turn; everything else is one click further. */
const FIRST = ['seed', 'base.steps', 'continued.steps', 'base.schedule.peak'];

export function Setup() {
  const makesLink = useSignal(false);
  return (
    <section aria-label={recipeWords.setup.heading}>
      {config.value.continued && !isHidden('switch') && <SwitchField continued={config.value.continued} />}
      {!isHidden('blends') && <BlendEditor />}
      <div class="stack-2">
        {FIRST.filter((key) => !isHidden(key)).map((key) => {
          const option = optionOf(key);
          return (
            option && (
              <OptionField
                key={key}
                option={option}
                withSection={key.startsWith('base.') || key.startsWith('continued.')}
              />
            )
          );
        })}
        {!isHidden('options') && <AllOptions />}
      </div>
      {!isHidden('files') && <OwnFiles />}
      {config.value.continued && !isHidden('model') && <OwnModel />}
      {!isHidden('link') && (
        <details onToggle={({ currentTarget }) => (makesLink.value = currentTarget.open)}>
          <summary>{classWords.link}</summary>
          {makesLink.value && <LinkMaker />}
        </details>
      )}
    </section>
  );
}
