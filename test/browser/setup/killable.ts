/** A Chromium of our own, with a profile that outlives it, to be killed with SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext } from 'playwright-core';
import { vi } from 'vitest';
import { patience } from '../../patience.ts';
import { executable, usualSwitches } from './launch.ts';

export const newProfile = (): string => mkdtempSync(path.join(os.tmpdir(), 'rekindle-profile-'));
export const removeProfile = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

export class KillableBrowser {
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #process: ChildProcess;

  static async launch(profile: string, switches: readonly string[] = []): Promise<KillableBrowser> {
    const portFile = path.join(profile, 'DevToolsActivePort');
    rmSync(portFile, { force: true });
    const child = spawn(
      executable(),
      [
        '--headless=new',
        '--no-sandbox',
        '--no-first-run',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        ...switches,
        ...usualSwitches(),
        'about:blank',
      ],
      // A group of its own, so that all its processes can be killed at once.
      { detached: true, stdio: 'ignore' },
    );
    const portTold = (): string => (existsSync(portFile) ? readFileSync(portFile, 'utf8') : '');
    try {
      const opened = (): void => {
        if (!portTold().includes('\n')) throw new Error('Chromium opened no debugging port.');
      };
      await vi.waitFor(opened, { timeout: patience, interval: 20 });
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${portTold().split('\n')[0]}`, {
        timeout: patience,
      });
      browser.contexts()[0]!.setDefaultTimeout(patience);
      return new KillableBrowser(child, browser);
    } catch (error) {
      process.kill(-child.pid!, 'SIGKILL');
      throw error;
    }
  }

  private constructor(child: ChildProcess, browser: Browser) {
    this.#process = child;
    this.#browser = browser;
    this.context = browser.contexts()[0]!;
  }

  /** Every process of the browser, at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    process.kill(-this.#process.pid!, 'SIGKILL');
    await gone;
    await this.#browser.close().catch(() => {});
  }

  /** Its renderers alone: what a crashed or discarded tab is. Linux. */
  killRenderers(): number {
    const renderers = this.#processes('renderer');
    for (const pid of renderers) process.kill(pid, 'SIGKILL');
    return renderers.length;
  }

  /** Resident memory of its processes of a type, MB. Linux. */
  residentMegabytes(type: string): number {
    const kilobytes = this.#processes(type).map((pid) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
    );
    return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
  }

  /** Its processes of a type, by the switch that Chromium gives them. */
  #processes(type: string): number[] {
    const group = this.#process.pid!;
    const found: number[] = [];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        // After the name, in brackets: state, parent, group.
        const [, , own] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
        if (Number(own) === group && command.includes(`--type=${type}`)) found.push(Number(pid));
      } catch {
        // It ended by itself meanwhile.
      }
    }
    return found;
  }
}
