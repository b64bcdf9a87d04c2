/** What a shard of real text is made of, and what the derivations share. */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { documentHash } from '../../data/document.ts';
import { projectRoot } from '../node/project.mjs';

export interface Shard {
  name: string;
  label: string;
  /** Blend of the recipe the text is meant for. */
  kind: 'general' | 'qa';
  /** SPDX identifier, or words where there is none. */
  licence: string;
  /** Where the text comes from: work, package, version. */
  citation: string;
  /** What was taken and what was changed, as the licences ask. */
  changes: string;
  /** The licence's own text and notices. */
  licenceText: string;
  documents: string[];
}

/** A file of an installed package. */
export function packageFile(name: string, ...parts: string[]): string {
  return path.join(projectRoot, 'node_modules', name, ...parts);
}

export function packageText(name: string, ...parts: string[]): string {
  return readFileSync(packageFile(name, ...parts), 'utf8');
}

/** "name version", for citations. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(packageText(name, 'package.json')) as { version: string };
  return `npm package ${name} ${version}`;
}

/** Files below a package's folder with an extension, as paths from that folder with slashes, in one fixed order. */
export function filesBelow(name: string, folder: string, extension: string): string[] {
  return readdirSync(packageFile(name, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith(extension))
    .sort((a, b) => (a < b ? -1 : 1));
}

interface Licence {
  name: string;
  licenseText: string;
}

/** Licence texts by SPDX identifier. */
export const licences = createRequire(import.meta.url)('spdx-license-list/full') as Record<string, Licence>;

export const licenceTexts = (...ids: string[]) =>
  ids.map((id) => `${licences[id]!.name}\n\n${licences[id]!.licenseText}`).join('\n\n');

/** A pseudo-random but fixed number in [0, 1) for a text: how a derivation chooses between equals. */
export const fraction = (text: string) => documentHash(text)[0] / 4294967296;

/** White space made plain: one space between words, none at the ends. */
export const plainSpaces = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Characters of `texts` from the front until `most` are reached. */
export function upTo(most: number, texts: Iterable<string>): string[] {
  const taken: string[] = [];
  let total = 0;
  for (const text of texts) {
    if (total + text.length > most) break;
    taken.push(text);
    total += text.length;
  }
  return taken;
}
