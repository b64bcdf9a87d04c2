import { BLENDS, OPTIONS, closedSectionOf, type Section } from '../../config/options.ts';
import { OptionField } from './OptionField.tsx';
import { config } from './config.ts';
import { isHidden } from '../page/lesson.ts';
import { recipeWords } from '../words/recipe.ts';

const SECTIONS = [...new Set<Section>([...OPTIONS, ...BLENDS].map(({ section }) => section))];

export function AllOptions() {
  const open = OPTIONS.filter(
    ({ key }) => closedSectionOf(config.value, key) === null && key !== 'data.world' && !isHidden(key),
  );
  return (
    <details>
      <summary>{recipeWords.setup.more}</summary>
      {SECTIONS.map((section) => {
        const options = open.filter((option) => option.section === section);
        return (
          options.length > 0 && (
            <fieldset key={section} class="stack-2 section">
              <legend>{section}</legend>
              {options.map((option) => (
                <OptionField key={option.key} option={option} />
              ))}
            </fieldset>
          )
        );
      })}
    </details>
  );
}
