/**
 * A Firefox of our own, headless, driven by WebDriver BiDi (w3.org/TR/webdriver-bidi) as far as a walk through the page needs it. Playwright
 * asks Firefox for commands that the long-lived releases do not know.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../src/util/errors.ts';

/** Downloads land in a folder unasked, and nothing but the page's own addresses is looked for. */
const preferences = (downloads: string): Record<string, string | number | boolean> => ({
  'browser.download.folderList': 2,
  'browser.download.dir': downloads,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9, // answers nobody
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.no_proxies_on': 'localhost, 127.0.0.1',
});

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: string;
  message?: string;
  method?: string;
  params?: Record<string, unknown>;
}

export class Firefox {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: any): void; reject(error: Error): void }>();
  readonly #listeners = new Set<(method: string, params: any) => void>();
  #sent = 0;
  #tab = '';

  /** With one tab, in a profile that outlives it. */
  static async launch(executable: string, profile: string): Promise<Firefox> {
    const lines = Object.entries(preferences(path.join(profile, 'downloads')));
    const text = lines.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
    writeFileSync(path.join(profile, 'user.js'), text.join('\n'));
    const child = spawn(executable, ['--headless', '--remote-debugging-port=0', '--profile', profile], {
      detached: true, // a group of its own, so that all its processes can be killed at once
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let told = '';
      child.stderr!.on('data', (chunk) => {
        const found = /listening on (ws:\S+)/.exec((told += String(chunk)));
        if (found) resolve(found[1]!);
      });
      child.once('error', ({ message }) =>
        reject(new UserError(`No Firefox (${message}): name one with --firefox FILE.`)),
      );
      child.once('exit', () => reject(new Error(`Firefox ended before it could be driven: ${told}`)));
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`Firefox does not answer at ${address}.`));
    });
    const made = new Firefox(child, socket);
    await made.#send('session.new', { capabilities: {} });
    await made.#send('session.subscribe', { events: ['browsingContext.downloadEnd', 'log.entryAdded'] });
    made.#tab = (await made.#send('browsingContext.create', { type: 'tab' })).context;
    return made;
  }

  private constructor(child: ChildProcess, socket: WebSocket) {
    this.#process = child;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Answer);
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Firefox is gone.'));
    };
  }

  #hear({ id, result, error, message, method, params }: Answer): void {
    if (id === undefined) return this.#listeners.forEach((listener) => listener(method!, params));
    const asked = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(`${error}: ${message}`));
  }

  #send(method: string, params: object): Promise<any> {
    const id = ++this.#sent;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** What the page complains of, from now on. */
  onComplaint(told: (text: string) => void): void {
    this.#listeners.add((method, { level, text }) => {
      if (method === 'log.entryAdded' && level === 'error') told(text as string);
    });
  }

  async goto(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { context: this.#tab, url, wait: 'complete' });
  }

  /** What a function makes of its argument in the page: both are plain data. */
  async evaluate<A, T>(run: (given: A) => T | Promise<T>, given: A): Promise<T> {
    const { result, exceptionDetails } = await this.#send('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${run})(${JSON.stringify(given)})))()`,
      target: { context: this.#tab },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value === undefined ? (undefined as T) : (JSON.parse(result.value) as T);
  }

  /** The part of the page's words that an expression finds, as soon as it does: whole, and its groups. */
  until(words: RegExp): Promise<string[]> {
    return this.evaluate(
      ([source, flags]) =>
        new Promise<string[]>((resolve) => {
          const expression = new RegExp(source!, flags);
          const observer = new MutationObserver(look);
          function look(): void {
            const found = expression.exec(document.body.innerText);
            if (!found) return;
            observer.disconnect();
            resolve([...found]);
          }
          observer.observe(document, { subtree: true, childList: true, characterData: true });
          look();
        }),
      [words.source, words.flags],
    );
  }

  /** Presses the first button of this name, as soon as it can be pressed. */
  press(name: string): Promise<void> {
    return this.evaluate(
      (wanted) =>
        new Promise<void>((resolve) => {
          const observer = new MutationObserver(look);
          function look(): void {
            const buttons = [...document.querySelectorAll('button')];
            const found = buttons.find((one) => one.textContent!.trim() === wanted && !one.disabled);
            if (!found) return;
            observer.disconnect();
            found.click();
            resolve();
          }
          observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
          look();
        }),
      name,
    );
  }

  /** The file that the next download leaves. */
  downloaded(): Promise<string> {
    return new Promise((resolve, reject) => {
      const listener = (method: string, { status, filepath }: { status: string; filepath: string }): void => {
        if (method !== 'browsingContext.downloadEnd') return;
        this.#listeners.delete(listener);
        if (status === 'complete') resolve(filepath);
        else reject(new Error(`The download ended as ${status}.`));
      };
      this.#listeners.add(listener);
    });
  }

  async picture(file: string): Promise<void> {
    const { data } = await this.#send('browsingContext.captureScreenshot', { context: this.#tab });
    writeFileSync(file, Buffer.from(data as string, 'base64'));
  }

  /** Every process of it, at once, by SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    process.kill(-this.#process.pid!, 'SIGKILL');
    await gone;
  }
}
