/** About a share of the training text, drawn throughout it: what a tokenizer is trained on. */
import { RUN_UNITS } from '../../tokenizer/load.ts';
import { randomUniform, streamOf } from '../../util/random.ts';
import { reasonWords } from '../../words/curation.ts';
import { Utf8Document } from '../document.ts';
import type { SidedDocument } from './holdOut.ts';
import type { Stage } from './stage.ts';

export interface SampleShare {
  share: number;
  /** Which of a run's sources it is: each is drawn from in places of its own. */
  number?: number;
}

/** In runs of units, as `loadTokenizer` draws, each counted for itself; from a share of 1 on whole documents. */
export const sample: Stage<SampleShare, SidedDocument> = (documents, { share, number = 0 }, report) => ({
  async each(visit) {
    const stream = streamOf('tokenizer.documents');
    let run = 0;
    await documents.each((document) => {
      const { source, heldOut } = document;
      if (heldOut || share >= 1) {
        report.count(document, heldOut ? reasonWords.heldOut : null);
        if (!heldOut) visit(document);
        return;
      }
      const { length } = document instanceof Utf8Document ? document : document.text;
      for (let at = 0; at < length; at += RUN_UNITS) {
        const drawn = randomUniform(number, stream, run++) < share;
        report.count(document, drawn ? null : reasonWords.notDrawn);
        if (drawn) visit({ source, heldOut, text: document.text.slice(at, at + RUN_UNITS) });
      }
    });
  },
});
