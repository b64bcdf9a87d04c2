/** A chat with two checkpoints: what was asked, and what each answered. */
import { signal } from '@preact/signals';
import type { CheckpointName, ShownAnswer } from '../../recipe/alignApi.ts';
import { ask, heard, speakers } from './state.ts';

export interface Reply extends Partial<ShownAnswer> {
  checkpoint: CheckpointName;
  text: string;
  state: 'saying' | 'said' | 'failed';
}

export interface Exchange {
  id: number;
  prompt: string;
  replies: Reply[];
}

/** Exchanges that stay readable; older ones go. */
const MOST = 30;

export const exchanges = signal<Exchange[]>([]);
export const sides = signal<[left: CheckpointName, right: CheckpointName] | null>(null);
export const isSaying = signal(false);
let asked = 0;

/** The reader's choice where it still answers, else the first checkpoint beside the newest. */
export function shownSides(): [CheckpointName, CheckpointName] {
  const there = speakers.value;
  const [left, right] = sides.value ?? [];
  return [left && there.includes(left) ? left : there[0]!, right && there.includes(right) ? right : there.at(-1)!];
}

function changeReply(id: number, side: number, to: Partial<Reply>): void {
  exchanges.value = exchanges.value.map((one) =>
    one.id === id
      ? { ...one, replies: one.replies.map((reply, i) => (i === side ? { ...reply, ...to } : reply)) }
      : one,
  );
}

/** Both are asked at once; each answers when its turn comes. `temperature` 0 takes the likeliest words. */
export async function send(prompt: string, temperature: number): Promise<void> {
  const id = asked++;
  const replies = shownSides().map((checkpoint): Reply => ({ checkpoint, text: '', state: 'saying' }));
  exchanges.value = [...exchanges.value, { id, prompt, replies }].slice(-MOST);
  isSaying.value = true;
  await Promise.all(
    replies.map(async ({ checkpoint }, side) => {
      const onText = heard((text: string) => changeReply(id, side, { text }));
      try {
        const answer = await ask((remote) => remote.answer(checkpoint, prompt, { temperature, seed: id }, onText));
        changeReply(id, side, { ...answer, state: 'said' });
      } catch (error) {
        changeReply(id, side, { text: (error as Error).message, state: 'failed' });
      }
    }),
  );
  isSaying.value = false;
}

export async function stopSaying(): Promise<void> {
  await ask((remote) => remote.stopAnswers()).catch(() => {});
}

let tried = 0;
export const examplePrompt = (): Promise<string> => ask((remote) => remote.prompt(tried++));
