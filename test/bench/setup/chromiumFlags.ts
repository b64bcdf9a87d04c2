/** Switches that give a headless Chromium WebGPU. */

/**
 * On Linux WebGPU stands behind a switch. There a GPU is found only where Chromium draws with Vulkan itself (without
 * `--use-angle=vulkan --disable-vulkan-surface` an NVIDIA GPU gives no adapter), through the system's Vulkan loader; elsewhere the
 * system's own graphics interface serves.
 */
export function chromiumFlags(
  adapter: 'hardware' | 'software',
  platform: NodeJS.Platform = process.platform,
): string[] {
  return [
    '--enable-unsafe-webgpu',
    '--enable-features=Vulkan',
    '--disable-dawn-features=timestamp_quantization', // rounds to 0.1 ms, longer than most kernels run
    '--no-sandbox', // keeps every process below this one in the process tree
    ...(adapter === 'software' ? ['--use-webgpu-adapter=swiftshader'] : []),
    ...(adapter === 'hardware' && platform === 'linux' ? ['--use-angle=vulkan', '--disable-vulkan-surface'] : []),
  ];
}
