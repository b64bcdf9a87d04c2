import type { Locator } from 'playwright-core';

/** A button is disabled while a command is on its way; its key does nothing then either. */
export const canBePressed = (button: Locator): Promise<void> =>
  button.and(button.page().locator(':not(:disabled)')).waitFor();

/** Enter on what can be pressed: a button that is disabled for a moment more would lose it, and Playwright does not wait for that. */
export async function enter(pressed: Locator): Promise<void> {
  await canBePressed(pressed);
  await pressed.press('Enter');
}
