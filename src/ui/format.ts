/** Numbers as the page writes them. One place, so that the same quantity always looks the same. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

const relative = new Intl.RelativeTimeFormat('en');

/** 12,345 */
export function integer(value: number): string {
  return whole.format(value);
}

/** 1.23M */
export function short(value: number): string {
  return compact.format(value);
}

/** Four significant digits: neighbouring losses such as 5.544 and 5.546 stay apart. */
export function loss(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(4) : 'not a number';
}

/** A signed change, with a true minus sign: −0.031; what rounds to none has no sign. */
export function change(value: number): string {
  const size = Math.abs(value).toFixed(3);
  return Number(size) === 0 ? size : (value < 0 ? '−' : '+') + size;
}

/** 3e-4, 4.5e-5 */
export function rate(value: number): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(1).split('e');
  return `${mantissa.replace(/\.0$/, '')}e${exponent.replace('+', '')}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 && value % 1 !== 0 ? value.toFixed(1) : Math.round(value)} %`;
}

/** 0.061 %, 3.7 %, 240 %: how much of a source was read, over 100 % where it was read more than once. */
export function shareRead(times: number): string {
  const value = 100 * times;
  return `${value < 10 ? Number(value.toPrecision(2)) : integer(value)} %`;
}

/** 8 s, 2 min 05 s, 1 h 12 min */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** just now, 5 minutes ago, 2 days ago */
export function ago(seconds: number): string {
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return relative.format(-Math.floor(seconds / 3600), 'hour');
  return relative.format(-Math.floor(seconds / 86_400), 'day');
}

/** 55 MB: decimal, as browsers and disks count. */
export function bytes(value: number): string {
  if (value < 1e3) return `${value} B`;
  if (value < 1e6) return `${whole.format(value / 1e3)} kB`;
  if (value < 1e9) return `${whole.format(value / 1e6)} MB`;
  return `${(value / 1e9).toFixed(1)} GB`;
}
