/** A browser that has no room left for saves, by its own account: the run goes on unsaved and says so, and is saved again once there is room. */
import { expect, test } from 'vitest';
import { countIn, endless } from '../setup/abacusPage.ts';
import { withPage } from '../setup/harness.ts';

/** Bytes for the origin: fewer than it uses already. */
const NONE = 1;

test('a run that finds no room trains on and says so, and is saved when there is room again', () =>
  withPage(
    async (page) => {
      const button = (name: string) => page.getByRole('button', { name, exact: true });
      const { origin } = new URL(page.url());
      const session = await page.context().newCDPSession(page);
      const allow = (quotaSize?: number) =>
        session.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize && { quotaSize }) });
      await page.getByText('Runs on').waitFor();
      await button('Start').click();
      await page
        .getByText(/step [1-9]\d* of/)
        .first()
        .waitFor();
      await allow(NONE);
      await button('Pause').click();
      // What is free, the browser tells wrongly while its quota is overridden.
      const told = page.getByText(
        /Step [1-9]\d* could not be saved\. .*this save needs 0\.\d MB, .*The browser’s storage is full/,
      );
      await told.filter({ visible: true }).first().waitFor();
      await allow();
      await button('Resume').click();
      await page.getByText('Training — base run').first().waitFor();
      await button('Pause').click();
      await button('Resume').waitFor();
      await page.reload();
      await page.getByText(/^Run ci, seed 1, stopped at step [1-9]\d* of/).waitFor();
      await expect.poll(() => button('Resume').first().isEnabled()).toBe(true);
    },
    { address: endless, before: countIn },
  ));
