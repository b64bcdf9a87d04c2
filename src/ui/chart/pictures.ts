/** The picture and its numbers as files. Fetched when the first of them is asked for. */
import { csvOf, type Logged } from './csv.ts';
import { figureSvg } from './svg.ts';
import { currentId, curves, records } from '../runs/ledger.ts';
import { averageAlong, isDrawn } from '../runs/overlays.ts';
import { figureWords } from '../words/figure.ts';
import { shownConfig } from '../recipe/config.ts';
import { history } from '../run/run.ts';
import { plotsInput, shownSources, shownSummary, smoother, smoothing } from '../run/shown.ts';

/** Pixels a CSS pixel in a PNG: sharp on a slide. */
const DENSITY = 2;

export function pictureSvg(): string {
  const { preset, seed } = shownConfig.value;
  const style = getComputedStyle(document.documentElement);
  return figureSvg({
    ...plotsInput(),
    title: figureWords.files.title(preset, seed),
    summary: shownSummary(),
    sources: shownSources.value,
    name: nameOfCurrent(),
    token: (name) => style.getPropertyValue(name).trim(),
  });
}

export const svgBlob = () => new Blob([pictureSvg()], { type: 'image/svg+xml' });

export async function pngBlob(): Promise<Blob> {
  const url = URL.createObjectURL(svgBlob());
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * DENSITY;
    canvas.height = image.naturalHeight * DENSITY;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(figureWords.files.noPng))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

const nameOfCurrent = () => records.value.find(({ id }) => id === currentId.value)?.name ?? figureWords.files.thisRun;

/** The page's run, then every other one that is drawn. */
export function shownRuns(): Logged[] {
  const own = history.length > 0 ? [{ name: nameOfCurrent(), curve: history, average: smoother.value.values }] : [];
  const beside = records.value.flatMap((record) => {
    const curve = curves.value.get(record.id);
    if (!curve || !isDrawn(record) || record.id === currentId.value) return [];
    return [{ name: record.name, curve, average: averageAlong(record, curve, smoothing.value) }];
  });
  return [...own, ...beside];
}

export const csvBlob = () => new Blob([csvOf(shownRuns())], { type: 'text/csv' });
