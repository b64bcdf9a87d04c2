import { beforeAll, describe, expect, test } from 'vitest';
import { buildShards } from '../../src/cli/data/shards.ts';
import { REAL_SOURCES } from '../../src/config/sources.ts';
import { loadCatalogue, loadSource } from '../../src/data/catalogue.ts';
import { gunzip } from '../../src/data/read.ts';
import { utf8Length } from '../../src/data/source.ts';
import { UserError } from '../../src/util/errors.ts';
import type { Catalogue, FetchBytes } from '../../src/data/catalogue.ts';
import { collect } from '../../src/data/stages/stage.ts';

/** A folder in memory, with files of one's own in front of it. */
const serve =
  (folder: Map<string, Uint8Array>, ...changed: [string, Uint8Array][]): FetchBytes =>
  (file) => {
    const bytes = new Map(changed).get(file) ?? folder.get(file);
    return bytes === undefined ? Promise.reject(new Error(`no ${file}`)) : Promise.resolve(bytes);
  };

let folder: Map<string, Uint8Array>;
let catalogue: Catalogue;
const corpora = new Map<string, string[]>();

async function textsFrom(fetchBytes: FetchBytes, name: string): Promise<string[]> {
  return (await collect((await loadSource(fetchBytes, catalogue, name)).documents)).map(({ text }) => text);
}

beforeAll(async () => {
  folder = buildShards();
  catalogue = await loadCatalogue(serve(folder));
  for (const { name } of catalogue.sources) corpora.set(name, await textsFrom(serve(folder), name));
});

const textsOf = (name: string) => corpora.get(name)!;

describe('the shards of real text', () => {
  test('are the sources the configuration knows, with the sizes the manifest gives', () => {
    expect(catalogue.sources.map(({ name }) => name).sort()).toEqual(Object.keys(REAL_SOURCES).sort());
    catalogue.sources.forEach((entry) => {
      const texts = textsOf(entry.name);
      expect(texts.length).toBe(entry.documents);
      expect(texts.reduce((sum, text) => sum + utf8Length(text), 0)).toBe(entry.textBytes);
      expect(folder.get(entry.file)!.length).toBe(entry.bytes);
      expect(entry.textBytes).toBeGreaterThan(1_000_000);
      expect(entry.textBytes).toBeLessThan(2_500_000);
    });
    expect(catalogue.sources.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(4_000_000);
  });

  test('carry their licences', () => {
    for (const { name, notice, noticeFile, licence, citation } of catalogue.sources) {
      const file = new TextDecoder().decode(folder.get(noticeFile));
      expect(file.startsWith(notice)).toBe(true);
      expect(notice).toContain(licence);
      expect(notice).toContain(citation);
      // The public-domain statement is a sentence; every other licence is given in full.
      if (!licence.startsWith('Public domain')) expect(file.length, name).toBeGreaterThan(notice.length + 1000);
    }
    expect(new TextDecoder().decode(folder.get('qa-definitions.notice.txt'))).toMatch(/Princeton University/);
    expect(new TextDecoder().decode(folder.get('code.notice.txt'))).toMatch(/Jos de Jong[\s\S]*Apache License/);
  });

  test('hold what they say', () => {
    expect(textsOf('books')[0]).toMatch(/^CHAPTER 1\. Loomings\.\n\nCall me Ishmael/);
    expect(textsOf('books').at(-1)).toMatch(/^Epilogue/i);
    expect(textsOf('qa-facts')).toContain('Question: What is the capital of Algeria?\nAnswer: Algiers');
    const definitions = textsOf('qa-definitions').join('\n');
    expect(definitions).toContain(
      'a structure attached to the exterior of a building often forming a covered entrance',
    );
    for (const name of ['qa-facts', 'qa-definitions']) {
      for (const text of textsOf(name)) expect(text).toMatch(/^Question: .+\?\nAnswer: .+$/);
      expect(new Set(textsOf(name)).size).toBe(textsOf(name).length);
    }
    // A comment is documentation once its stars are gone, below the line it documents.
    const basename = /^function basename\(.*\): string;\n\nReturn the last portion of a path\. [^*]*$/;
    expect(textsOf('docs').filter((text) => basename.test(text)).length).toBe(1);
  });

  test('ask for nobody by name, number or address', () => {
    for (const text of textsOf('qa-facts')) {
      expect(text).not.toMatch(/\b[A-Z][a-z]+ [A-Z]{3,}\b|\[?\+?\d{1,3}\]? \(?\d{2,4}\)? \d{3}-\d{4}|@/);
    }
    for (const text of textsOf('legal')) expect(text).not.toMatch(/\w@\w+\.\w/);
  });
});

describe('a data folder that is not as it should be', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  test('a server that unpacks on the way makes no difference', async () => {
    const { file, name } = catalogue.sources[1]!;
    const unpacked = await gunzip(file, folder.get(file)!);
    expect(await textsFrom(serve(folder, [file, unpacked]), name)).toEqual(textsOf(name));
  });

  test.each([
    ['<!doctype html>', /manifest.json, is not JSON: reload/],
    ['{"version": 0, "sources": []}', /another version \(version: /],
    ['{"version": 1, "sources": [{"file": "../secret"}]}', /another version \(sources\.0\./],
  ])('manifest %j is refused', async (text, message) => {
    const loading = loadCatalogue(serve(folder, ['manifest.json', bytes(text)]));
    await expect(loading).rejects.toThrow(UserError);
    await expect(loading).rejects.toThrow(message);
  });

  test('a damaged file and an unknown source are named', async () => {
    const { file, name } = catalogue.sources[0]!;
    await expect(loadSource(serve(folder, [file, bytes('{"text":"x"}')]), catalogue, name)).rejects.toThrow(
      /news.jsonl.bin is damaged \(SHA-256/,
    );
    const unknown = loadSource(serve(folder), catalogue, 'web');
    await expect(unknown).rejects.toThrow(/no source "web": the shipped ones are news/);
    await expect(unknown).rejects.toMatchObject({ code: 'source-unknown' });
  });
});
