import { expect, it } from 'vitest';
import { chromiumFlags } from './chromiumFlags.ts';

const vulkan = ['--use-angle=vulkan', '--disable-vulkan-surface'];
const swiftshader = '--use-webgpu-adapter=swiftshader';

it('asks Chromium for a GPU by Vulkan on Linux, by the system elsewhere', () => {
  expect(chromiumFlags('hardware', 'linux')).toEqual(expect.arrayContaining(vulkan));
  for (const platform of ['darwin', 'win32'] as const) {
    for (const flag of vulkan) expect(chromiumFlags('hardware', platform)).not.toContain(flag);
  }
});

it('asks for the software adapter by name, and draws as ever: with both, Chromium hangs', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    expect(chromiumFlags('software', platform)).toContain(swiftshader);
    expect(chromiumFlags('hardware', platform)).not.toContain(swiftshader);
    for (const flag of vulkan) expect(chromiumFlags('software', platform)).not.toContain(flag);
  }
});
