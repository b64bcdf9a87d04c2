/** What HuggingFace's hub, or another server that speaks its API, says of a repository. */
import * as v from 'valibot';
import { UserError } from '../../util/errors.ts';
import { remoteWords } from '../../words/remote.ts';

const licenceSchema = v.nullish(v.union([v.string(), v.array(v.string())]));
export const hubSchema = v.object({
  sha: v.string(),
  cardData: v.nullish(v.object({ license: licenceSchema, license_name: v.nullish(v.string()) })),
});

/** As the card says; a licence of its own has a name beside `other`. */
export function licenceOf({ cardData }: v.InferOutput<typeof hubSchema>): string | null {
  const licence = cardData?.license ?? null;
  if (licence === 'other') return cardData?.license_name ?? licence;
  return Array.isArray(licence) ? licence.join(', ') : licence;
}

/** An answer in the form that is known. UserError where it has another. */
export function readAs<S extends v.GenericSchema>(schema: S, json: unknown, what: string): v.InferOutput<S> {
  const found = v.safeParse(schema, json);
  if (found.success) return found.output;
  throw new UserError(remoteWords.otherForm(what), { code: 'remote' });
}
