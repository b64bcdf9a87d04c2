/**
 * Every state of the page, played by a worker that trains nothing (test/ui/fake): accessible by axe's WCAG 2.2 AA
 * rules, in light and wide or dark and narrow by turns (that the colours of either theme can be read is shown by test/ui/tokens); no wider
 * than a phone; no complaint on the console; numbers at both axes of the run's picture. What an earlier state has shown in the same look is
 * not judged again. LOOKS=all judges every state as a whole, in each theme at each width.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type PageState, states, wayTo } from '../ui/fake/states.ts';
import { frames } from '../ui/frames.ts';
import { withPlayed } from './setup/played.ts';

const PHONE = 360;
const LOOKS = [
  ['light', 1280],
  ['dark', PHONE],
  ['dark', 1280],
  ['light', PHONE],
] as const;
const isWhole = process.env.LOOKS === 'all';
const looks = isWhole ? LOOKS : LOOKS.slice(0, 2);
let judged = 0;

const RULES = axe
  .getRules(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  .filter(({ tags }) => !tags.includes('experimental') && !tags.includes('deprecated'))
  .map(({ ruleId }) => ruleId);
/** Rules about the page as a whole, or about how its parts go together: asked of every state as a whole. */
const OF_THE_PAGE = RULES.filter((rule) =>
  /^(landmark|region|heading-order|page-has|bypass|skip-link|document|html|meta|duplicate|accesskeys|tabindex)/.test(
    rule,
  ),
);
/** Rules that a theme or a width can break; the others are asked once, in the first look. */
const OF_THE_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

interface Judged {
  violations: string[];
  /** Of every part that was judged. */
  parts: string[];
}

/**
 * Axe on what is not `known`: an element is known by its own text and markup and by its ancestors' tags and attributes, which are what
 * a style sheet sees of it. `rules` of the new parts, `ofThePage` of all.
 */
function judge({
  rules,
  ofThePage,
  known,
}: {
  rules: string[];
  ofThePage: string[];
  known: string[];
}): Promise<Judged> {
  const seen = new Set(known);
  const parts: string[] = [];
  const left: Element[] = [];
  /** Less than that is not worth the mark. */
  const least = 200;
  const visit = (element: Element, above: string): void => {
    const html = element.outerHTML;
    if (html.length < least) return;
    let hash = 0;
    for (const text of [above, html])
      for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
    const mark = `${hash} ${html.length}`;
    if (seen.has(mark)) return void left.push(element);
    parts.push(mark);
    const own = above + (element.cloneNode(false) as Element).outerHTML;
    for (const child of element.children) visit(child, own);
  };
  visit(document.body, document.documentElement.className);
  const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
  const violated = async (values: string[], exclude: Element[]): Promise<string[]> => {
    if (values.length === 0) return [];
    const context = exclude.length > 0 ? { include: [document.documentElement], exclude } : document;
    // What is in order needs no account of where.
    const { violations } = await run(context as axe.ElementContext, {
      runOnly: { type: 'rule', values },
      resultTypes: ['violations'],
      selectors: false,
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    );
  };
  return violated(ofThePage, []).then(async (first) => ({
    violations: [...first, ...(await violated(rules, left))],
    parts,
  }));
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

/** Parts that were found in order, by look. */
const inOrder = new Map(looks.map((look) => [look, new Set<string>()]));

async function inspect(page: Page, name: string): Promise<void> {
  if (!(await page.evaluate(() => Object.hasOwn(globalThis, 'axe')))) await page.evaluate(axe.source);
  await page.evaluate(keepNumbers);
  for (const [i, look] of (isWhole ? looks : [looks[judged++ % looks.length]!]).entries()) {
    const [colorScheme, width] = look;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: width === PHONE ? 2 * PHONE : PHONE, height: 800 });
    // Seen at that width, or there is nothing to draw anew at the next.
    await frames(page, 2);
    await forgetNumbers(page);
    await page.setViewportSize({ width, height: 800 });
    const known = inOrder.get(look)!;
    const rules = i > 0 ? OF_THE_LOOK : isWhole ? RULES : RULES.filter((rule) => !OF_THE_PAGE.includes(rule));
    const { violations, parts } = await page.evaluate(judge, {
      rules,
      ofThePage: i > 0 || isWhole ? [] : OF_THE_PAGE,
      known: isWhole ? [] : [...known],
    });
    expect(violations, `${name}, ${colorScheme}, ${width} px`).toEqual([]);
    for (const part of parts) known.add(part);
    // A resized picture is drawn anew.
    await expect
      .poll(() => haveNumbers(page), { message: `numbers at the axes: ${name}, ${colorScheme}, ${width} px` })
      .not.toBe(false);
    if (width === PHONE) await isNoWider(page, name);
  }
  if (isWhole) return;
  await page.setViewportSize({ width: PHONE, height: 800 });
  await isNoWider(page, name);
}

const isNoWider = async (page: Page, name: string): Promise<void> =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(PHONE);

/** States with their test, each with those that follow from it on the same page. */
const tested = states.filter(({ onlyLook }) => !onlyLook);
const leads = (state: PageState): boolean => tested.some(({ after }) => after === state.name);
const ways = tested.filter((state) => !leads(state)).map(wayTo);
test.each(ways.map((way) => ({ way, names: way.map(({ name }) => name).join(', then ') })))('$names', ({ way }) =>
  withPlayed(
    way[0]!.scenario ?? {},
    async (page) => {
      for (const { name, reach } of way) {
        await page.emulateMedia({ colorScheme: null });
        await page.setViewportSize({ width: 1280, height: 720 });
        await reach(page);
        await inspect(page, name);
      }
    },
    { address: way[0]!.address },
  ),
);
