/** A file dropped beside the places for files is let go: the browser would open it, some in place of the page and of the run on it. */
export function refuseStrayDrops(): void {
  addEventListener('dragover', refuse);
  addEventListener('drop', refuse);
}

function refuse(event: DragEvent): void {
  const { dataTransfer, target } = event;
  const isTaken = event.defaultPrevented || (target instanceof HTMLInputElement && target.type === 'file');
  if (isTaken || !dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  dataTransfer.dropEffect = 'none';
}
