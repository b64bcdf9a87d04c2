/** What trains: opened when first asked for, again after it was lost or refused, and what a machine is asked besides. */
import type { TrainerApi } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import type { Backend, OpenBackend } from '../backends/backend.ts';
import { openChosen } from '../backends/page.ts';
import { benchmarkDevice } from '../trials/benchmarkDevice.ts';
import type { Session } from './session.ts';

export function open(session: Session): ReturnType<OpenBackend> {
  const forget = (): void => {
    if (session.opened === asked) session.opened = null;
  };
  const asked = (session.opened ??= session.openBackend().then((answer) => {
    if ('cause' in answer) forget();
    else void answer.loss.then(forget);
    return answer;
  }));
  return asked;
}

export async function theBackend(session: Session): Promise<Backend> {
  const answer = await open(session);
  if ('cause' in answer) throw new UserError(answer.message);
  return answer;
}

export const deviceCommands = (
  session: Session,
): Pick<TrainerApi, 'beat' | 'adapter' | 'choose' | 'preflight' | 'checkMachine'> => ({
  async beat() {},
  async adapter() {
    const answer = await open(session);
    return 'cause' in answer ? answer : { adapter: answer.report };
  },
  async choose(device) {
    if (session.inject) return;
    session.openBackend = openChosen(device);
    session.opened = null;
  },
  async preflight(config, part, files) {
    return session.preflights.of(await theBackend(session), config, part, files);
  },
  async checkMachine(onProgress) {
    const backend = await theBackend(session);
    const work = session.ended.then(() => benchmarkDevice(backend, onProgress));
    session.ended = work.catch(() => undefined);
    return work;
  },
});
