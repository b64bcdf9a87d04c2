/** The base that is shipped beside the page, if the run does not train one. */
import { shippedBase, wantsShipped } from './base.ts';
import { config, givenBase } from './config.ts';
import { recipeWords } from '../words/recipe.ts';

export function ShippedBase() {
  const offer = shippedBase.value;
  if (!offer || givenBase.value) return null;
  return (
    <div>
      <label>
        <input
          type="checkbox"
          checked={wantsShipped.value}
          onChange={(event) => (wantsShipped.value = event.currentTarget.checked)}
        />
        {recipeWords.base.shipped}
      </label>
      <p class="note">{recipeWords.base.shippedNote(offer.bytes, config.value.base.steps)}</p>
    </div>
  );
}
