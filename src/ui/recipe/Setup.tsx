/** The recipe as a form. It says what the next run will do; a run under way is not touched by it. */
import { optionOf } from '../../config/options.ts';
import { BlendEditor } from './BlendEditor.tsx';
import { OptionField } from './OptionField.tsx';
import { AllOptions } from './AllOptions.tsx';
import { OwnFiles } from '../files/OwnFiles.tsx';
import { SwitchField } from './SwitchField.tsx';
import { config } from './config.ts';
import { isHidden } from '../page/lesson.ts';
import { recipeWords } from '../words/recipe.ts';
import { fetched } from '../components/fetched.tsx';

const OwnModel = fetched(
  () => import('../model/OwnModel.tsx').then((module) => module.OwnModel),
  (children) => <div>{children}</div>,
);

/** What a first visitor may want to turn; everything else is one click further. */
const FIRST = ['seed', 'base.steps', 'continued.steps', 'base.schedule.peak'];

export function Setup() {
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
    </section>
  );
}
