import type { Page } from 'playwright-core';

/**
 * Has the page press a button by itself as soon as it says something, for what is under way may be over before a click from here. Asked
 * for before that begins.
 */
export const pressSoon = (page: Page, name: string, said: RegExp): Promise<void> =>
  page.evaluate(
    ([label, pattern]) => {
      const watch = new MutationObserver(() => {
        const button = [...document.querySelectorAll('button')].find((one) => one.textContent === label);
        if (!button || !new RegExp(pattern!).test(document.body.innerText)) return;
        watch.disconnect();
        button.click();
      });
      watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    },
    [name, said.source],
  );
