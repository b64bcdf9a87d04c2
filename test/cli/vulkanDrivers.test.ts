/** Which Vulkan drivers the loader finds, in made-up file systems. */
import { describe, expect, it } from 'vitest';
import { searchDrivers } from '../../src/cli/node/vulkanDrivers.mjs';

/** A file system of these files and the folders they lie in. */
function filesOf(...files: string[]) {
  return {
    entries(folder: string) {
      const inside = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));
      return inside.length > 0 ? [...new Set(inside.map((name) => name.split('/')[0]!))] : undefined;
    },
    exists: (file: string) => files.includes(file),
  };
}

const found = (env: Record<string, string>, ...files: string[]) =>
  searchDrivers({ HOME: '/home/me', ...env }, filesOf(...files)).manifests;

describe('a driver that the loader finds', () => {
  it.each([
    ['/home/me/.config/vulkan/icd.d/gpu.json', {}],
    ['/etc/xdg/vulkan/icd.d/gpu.json', {}],
    ['/usr/local/etc/vulkan/icd.d/gpu.json', {}],
    ['/etc/vulkan/icd.d/gpu.json', {}],
    ['/home/me/.local/share/vulkan/icd.d/gpu.json', {}],
    ['/usr/local/share/vulkan/icd.d/gpu.json', {}],
    ['/usr/share/vulkan/icd.d/gpu.json', {}],
    ['/run/opengl-driver/share/vulkan/icd.d/gpu.json', {}],
    ['/cfg/vulkan/icd.d/gpu.json', { XDG_CONFIG_HOME: '/cfg' }],
    ['/b/vulkan/icd.d/gpu.json', { XDG_CONFIG_DIRS: '/a:/b' }],
    ['/data/vulkan/icd.d/gpu.json', { XDG_DATA_HOME: '/data' }],
    ['/d/vulkan/icd.d/gpu.json', { XDG_DATA_DIRS: '/c/:/d/' }],
    ['/opt/gpu.json', { VK_ADD_DRIVER_FILES: '/opt/gpu.json' }],
    ['/opt/gpu.json', { VK_DRIVER_FILES: '/opt/gpu.json' }],
    ['/opt/gpu.json', { VK_DRIVER_FILES: '/nowhere.json:/opt' }],
    ['/opt/gpu.json', { VK_ICD_FILENAMES: '/opt/gpu.json' }],
  ])('is %s with %o', (file, env) => {
    expect(found(env, file)).toEqual([file]);
  });

  it('is not one whose folder a variable has replaced', () => {
    expect(found({ XDG_DATA_DIRS: '/opt/share' }, '/usr/share/vulkan/icd.d/gpu.json')).toEqual([]);
    expect(found({ XDG_CONFIG_HOME: '/cfg' }, '/home/me/.config/vulkan/icd.d/gpu.json')).toEqual([]);
  });

  it('is a manifest, not whatever else lies beside it', () => {
    expect(found({}, '/etc/vulkan/icd.d/README', '/etc/vulkan/icd.d/gpu.json.bak')).toEqual([]);
    expect(found({ VK_DRIVER_FILES: '/opt/driver.so' }, '/opt/driver.so')).toEqual([]);
  });
});

it('keeps the order of the search, files that were added first', () => {
  const files = ['/usr/share/vulkan/icd.d/b.json', '/etc/vulkan/icd.d/a.json', '/opt/own.json'];
  expect(found({ VK_ADD_DRIVER_FILES: '/opt/own.json' }, ...files)).toEqual(files.toReversed());
});

it('takes nothing beside the drivers that the user names, by the newer name where both are set', () => {
  const files = ['/opt/own.json', '/old/own.json', '/add/own.json', '/etc/vulkan/icd.d/gpu.json'];
  const env = {
    VK_DRIVER_FILES: '/opt/own.json',
    VK_ICD_FILENAMES: '/old/own.json',
    VK_ADD_DRIVER_FILES: '/add/own.json',
  };
  expect(searchDrivers(env, filesOf(...files))).toEqual({
    named: { variable: 'VK_DRIVER_FILES', value: '/opt/own.json' },
    places: ['/opt/own.json'],
    manifests: ['/opt/own.json'],
  });
  expect(searchDrivers({ VK_DRIVER_FILES: '/gone.json' }, filesOf(...files)).manifests).toEqual([]);
});

it('does without a home', () => {
  expect(searchDrivers({}, filesOf()).places[0]).toBe('/etc/xdg/vulkan/icd.d');
});
