/** The text of a Word document: paragraphs of word/document.xml (ECMA-376, part 1, §17), a line each. Loaded when first used. */
import { parseXml, XmlElement, type XmlNode } from '@rgrove/parse-xml';
import { UserError } from '../../util/errors.ts';
import { type Packed, unzip } from './unzip.ts';
import type { Divided } from './texts.ts';
import { dataWords } from '../../words/data.ts';

const BODY = 'word/document.xml';
/** Text beside the body's, which is left out. */
const BESIDE = /^word\/(footnotes|endnotes|comments|header\d*|footer\d*)\.xml$/;
/** What stands for a character. */
const CHARACTERS: Readonly<Record<string, string>> = {
  'w:tab': '\t',
  'w:br': '\n',
  'w:cr': '\n',
  'w:noBreakHyphen': '\u2011',
};
/** Deleted text, field codes, and the second form of what Word drew in a first. */
const SKIPPED = new Set(['w:del', 'w:moveFrom', 'w:instrText', 'mc:Fallback']);

export function readDocx(name: string, file: Uint8Array, limit: number): Divided {
  const beside: string[] = [];
  const packed = unzip(name, file, limit, (entry) => {
    if (BESIDE.test(entry)) beside.push(entry);
    return entry === BODY;
  });
  const text = paragraphs(name, packed);
  const notes = beside.length > 0 ? [dataWords.beside(name)] : [];
  return { texts: text.trim() === '' ? [] : [text], notes, columns: [], column: null };
}

function paragraphs(name: string, [body]: readonly Packed[]): string {
  try {
    const { root } = parseXml(new TextDecoder().decode(body!.bytes));
    if (root?.name !== 'w:document') throw new Error();
    const parts: string[] = [];
    collect(root, parts);
    return parts.join('');
  } catch {
    throw new UserError(dataWords.notWord(name), {
      code: 'docx-damaged',
    });
  }
}

/** Depth-first without recursion: how deep elements nest is the file's own choice. */
function collect(root: XmlElement, parts: string[]): void {
  const open: (XmlNode | string)[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string') parts.push(node);
    else if (node instanceof XmlElement && !SKIPPED.has(node.name)) {
      if (node.name === 'w:t') parts.push(node.text);
      else if (Object.hasOwn(CHARACTERS, node.name)) parts.push(CHARACTERS[node.name]!);
      else {
        if (node.name === 'w:p') open.push('\n');
        for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i]!);
      }
    }
  }
}
