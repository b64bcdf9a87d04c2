/** Escape puts explanations away until the pointer or the focus comes to something else (WCAG 1.4.13). CSS does the showing. */
export function dismissTips(): void {
  const page = document.documentElement.classList;
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') page.add('no-tips');
  });
  for (const arrival of ['pointerover', 'focusin']) document.addEventListener(arrival, () => page.remove('no-tips'));
}
