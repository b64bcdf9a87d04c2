import type { AdapterReport } from '../protocol.ts';
import { commonWords } from './words/common.ts';

/** Optional features that the engine has a use for: quad and subgroup reductions, f16 storage, kernel timing. */
export const optionalFeatures = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

/** One line for the top of a log: `google swiftshader (software), SwiftShader driver 5.0.0; subgroups, timestamp-query`. */
export function describeAdapter(report: AdapterReport): string {
  if (report.processor) return report.description;
  const name = [report.vendor, report.architecture].filter(Boolean).join(' ') || 'unnamed';
  const features = optionalFeatures.filter((feature) => report.features.includes(feature)).join(', ');
  const named = [`${name} (${report.software ? 'software' : 'hardware'})`, report.description]
    .filter(Boolean)
    .join(', ');
  return `${named}; ${features || commonWords.noFeatures}`;
}
