/** The command line in this process: what it says, puts out and returns, on a device that the test chooses. */
import { main } from '../../src/cli/main.ts';
import type { Host } from '../../src/cli/host.ts';

export interface Ran {
  /** Exit status; of an error, 1. */
  status: number;
  said: string[];
  printed: string;
  /** What was wrong, as a person reads it; null: nothing. */
  problem: Error | null;
}

/** `heard` is told every line while the command runs. */
export async function runCommand(
  args: string[],
  open: Host['open'],
  {
    heard = () => {},
    ended = new AbortController().signal,
  }: { heard?: (line: string) => void; ended?: AbortSignal } = {},
): Promise<Ran> {
  const ran: Ran = { status: 1, said: [], printed: '', problem: null };
  const say = (line: string): void => {
    ran.said.push(line);
    heard(line);
  };
  try {
    ran.status = await main(args, { open, say, print: (text) => void (ran.printed += text), ended });
  } catch (error) {
    ran.problem = error as Error;
  }
  return ran;
}
