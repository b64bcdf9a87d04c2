/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules, in light and wide or dark and narrow by turns (that the colours of either theme can be read is shown by test/ui/tokens); no wider
 * than a phone; no complaint on the console; numbers at both axes of the run's picture. How the colours of a text contrast is
 * not judged again where an earlier state has shown it in the same look, nor a state whose layout others show. LOOKS=all judges every state as a
 * whole, in each theme at each width.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type PageState, states, wayTo } from '../ui/fake/states.ts';
import { withPlayed } from './setup/played.ts';

const PHONE = 360;
const WIDE = 1280;
const LOOKS = [
  ['light', WIDE],
  ['dark', PHONE],
  ['dark', WIDE],
  ['light', PHONE],
] as const;
const isWhole = process.env.LOOKS === 'all';
const looks = isWhole ? LOOKS : LOOKS.slice(0, 2);
let judged = 0;

const RULES = axe
  .getRules(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  .filter(({ tags }) => !tags.includes('experimental') && !tags.includes('deprecated'))
  .map(({ ruleId }) => ruleId);
/** Rules that a theme or a width can break; the others are asked once, in the first look. */
const OF_THE_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

interface Judged {
  violations: string[];
  /** Marks of the texts that the page has. */
  texts: string[];
}

/**
 * Axe's `rules` on the whole page, but how colours contrast on the texts alone that are not `known`: that one rule costs as much as all
 * others. A text is known by its element's and its ancestors' tags and attributes, which are what a style sheet sees of it.
 */
async function judge({ rules, known }: { rules: string[]; known: string[] }): Promise<Judged> {
  const { configure, run } = (globalThis as unknown as { axe: typeof axe }).axe;
  const contrast = 'color-contrast';
  const seen = new Set(known);
  const fresh: Element[] = [];
  const visit = (element: Element, above: string): void => {
    const sight = above + (element.cloneNode(false) as Element).outerHTML;
    const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
    if (hasText && element.checkVisibility({ visibilityProperty: true })) {
      let hash = 0;
      for (let i = 0; i < sight.length; i++) hash = (Math.imul(hash, 31) + sight.charCodeAt(i)) | 0;
      const mark = `${hash} ${sight.length}`;
      if (!seen.has(mark)) fresh.push(element);
      seen.add(mark);
    }
    for (const child of element.children) visit(child, sight);
  };
  // Behind a dialog nothing is judged.
  const behind = document.querySelector('dialog[open]') === null ? '' : 'behind';
  visit(document.body, behind + (document.documentElement.cloneNode(false) as Element).outerHTML);
  configure({ rules: [{ id: contrast, selector: '[data-fresh]' }] });
  for (const element of fresh) element.setAttribute('data-fresh', '');
  // What is in order needs no account of where.
  const { violations } = await run(document, {
    runOnly: { type: 'rule', values: fresh.length > 0 ? rules : rules.filter((rule) => rule !== contrast) },
    resultTypes: ['violations'],
    selectors: false,
  });
  for (const element of fresh) element.removeAttribute('data-fresh');
  return {
    violations: violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    ),
    texts: [...seen],
  };
}

/** Keeps the numbers written at the axes of the picture, by strip: pixels to anybody else. The label at the line's end is bold. */
function keepNumbers(): void {
  if (Object.hasOwn(globalThis, 'numbers')) return;
  const numbers = { loss: new Set<string>(), rate: new Set<string>() };
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (
    this: CanvasRenderingContext2D,
    ...args: Parameters<typeof fillText>
  ) {
    for (const strip of ['loss', 'rate'] as const)
      if (this.canvas.closest(`.${strip}-plot`) && /^\d/.test(args[0]) && !/^(600|bold)/.test(this.font))
        numbers[strip].add(args[0]);
    fillText.apply(this, args);
  };
  Object.assign(globalThis, { numbers });
}
const forgetNumbers = (page: Page) =>
  page.evaluate(() =>
    Object.values((globalThis as unknown as { numbers: Record<string, Set<string>> }).numbers).forEach((strip) =>
      strip.clear(),
    ),
  );

/** Whether each strip has two numbers at least, and so a scale; null where the page has no picture of a run. */
const haveNumbers = (page: Page) =>
  page.evaluate(() => {
    if (!document.querySelector('.loss-plot')) return null;
    return Object.values((globalThis as unknown as { numbers: Record<string, Set<string>> }).numbers).every(
      ({ size }) => size >= 2,
    );
  });

/** Texts that were found in order, by look. */
const inOrder = new Map(looks.map((look) => [look, new Set<string>()]));

/** As in "12 steps steps": what already has its unit was given one more. */
const UNIT_TWICE =
  /(?<!\p{L})(%|[kMG]?B|ms|s|h|nats?|steps?|tokens?|rows?|columns?|heads?|layers?|ids?|documents?|parameters?|points?|seeds?|share)[ \u00a0]\1(?!\p{L})/iu;

/** Brings the page to a width; on a phone it is no wider than that. A picture takes the new width a frame later. */
async function widen(page: Page, width: number, name: string): Promise<void> {
  await page.setViewportSize({ width, height: 720 });
  if (width === PHONE)
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: name }).toBe(PHONE);
}

/** Judged in a look, and drawn anew at the other width, with numbers at the axes: two changes of width a state. */
async function inspect(page: Page, name: string): Promise<void> {
  expect(await page.evaluate(() => document.body.innerText), name).not.toMatch(UNIT_TWICE);
  if (!(await page.evaluate(() => Object.hasOwn(globalThis, 'axe')))) await page.evaluate(axe.source);
  await page.evaluate(keepNumbers);
  for (const [i, look] of (isWhole ? looks : [looks[judged++ % looks.length]!]).entries()) {
    const [colorScheme, width] = look;
    await page.emulateMedia({ colorScheme });
    await widen(page, width, name);
    const known = inOrder.get(look)!;
    const { violations, texts } = await page.evaluate(judge, {
      rules: i > 0 ? OF_THE_LOOK : RULES,
      known: isWhole ? [] : [...known],
    });
    expect(violations, `${name}, ${colorScheme}, ${width} px`).toEqual([]);
    for (const text of texts) known.add(text);
    await forgetNumbers(page);
    const other = width === PHONE ? WIDE : PHONE;
    await widen(page, other, name);
    await expect
      .poll(() => haveNumbers(page), { message: `numbers at the axes: ${name}, ${colorScheme}, ${other} px` })
      .not.toBe(false);
  }
}

/** States with their test, each with those that follow from it on the same page. */
const tested = states.filter(({ onlyLook }) => isWhole || !onlyLook);
const leads = (state: PageState): boolean => tested.some(({ after }) => after === state.name);
const ways = tested.filter((state) => !leads(state)).map(wayTo);
test.each(ways.map((way) => ({ way, names: way.map(({ name }) => name).join(', then ') })))('$names', ({ way }) =>
  withPlayed(
    way[0]!.scenario ?? {},
    async (page) => {
      for (const { name, reach } of way) {
        await page.emulateMedia({ colorScheme: null });
        await page.setViewportSize({ width: WIDE, height: 720 });
        await reach(page);
        await inspect(page, name);
      }
    },
    { address: way[0]!.address },
  ),
);
