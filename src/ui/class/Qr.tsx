/** A text as a QR code, drawn as one path: no markup is put into the page as text. */
import { encodeQR } from 'qr';

/** Modules of white around it that a scanner needs (ISO/IEC 18004). */
const QUIET = 4;

export function Qr({ text, label, side }: { text: string; label: string; side: number }) {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const size = modules.length;
  const path = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width={side}
      height={side}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
