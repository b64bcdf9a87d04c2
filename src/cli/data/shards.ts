import { createHash } from 'node:crypto';
import { gzipSync } from 'fflate';
import { MANIFEST, MANIFEST_VERSION } from '../../data/catalogue.ts';
import { utf8Length } from '../../data/source.ts';
import { encyclopedia, facts } from './factbook.ts';
import { books, news } from './literature.ts';
import { code, docs, legal } from './software.ts';
import { definitions } from './wordnet.ts';
import type { Catalogue } from '../../data/catalogue.ts';
import type { Shard } from './shard.ts';

/** Every shipped source, derived anew from its package: name → derivation. */
const derivations = [news, books, encyclopedia, docs, code, legal, definitions, facts];

/** The folder of shards: file name → bytes. The same packages give the same bytes everywhere. */
export function buildShards(onShard?: (entry: Catalogue['sources'][number]) => void): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const sources = derivations.map((derive) => {
    const shard = derive();
    const jsonl = new TextEncoder().encode(shard.documents.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    const packed = gzipSync(jsonl, { level: 9, mtime: 0 });
    const entry = {
      name: shard.name,
      label: shard.label,
      kind: shard.kind,
      file: `${shard.name}.jsonl.bin`,
      bytes: packed.length,
      textBytes: shard.documents.reduce((sum, text) => sum + utf8Length(text), 0),
      documents: shard.documents.length,
      sha256: createHash('sha256').update(jsonl).digest('hex'),
      licence: shard.licence,
      citation: shard.citation,
      notice: noticeOf(shard),
      noticeFile: `${shard.name}.notice.txt`,
    };
    files.set(entry.file, packed);
    files.set(entry.noticeFile, new TextEncoder().encode(`${entry.notice}\n\n${shard.licenceText.trim()}\n`));
    onShard?.(entry);
    return entry;
  });
  const manifest: Catalogue = { version: MANIFEST_VERSION, sources };
  files.set(MANIFEST, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

const noticeOf = ({ label, citation, licence, changes }: Shard) =>
  `${label}. Source: ${citation}. Licence: ${licence}. Changes: ${changes}`;
