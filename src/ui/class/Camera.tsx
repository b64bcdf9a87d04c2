/** The camera, for codes held into it; every other code is given to `found` once. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { lessonWords } from '../lessons/words.ts';

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type MakeDetector = new (options: { formats: string[] }) => Detector;

/** The browser's own detector where it has one; else the library's. */
async function newDetector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: MakeDetector }).BarcodeDetector;
  const Made = own ?? ((await import('qr/decode.js')).BarcodeDetector as unknown as MakeDetector);
  return new Made({ formats: ['qr_code'] });
}

export function Camera({ found }: { found(text: string): void }) {
  const video = useRef<HTMLVideoElement>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    const over = new AbortController();
    let stream: MediaStream | null = null;
    const seen = new Set<string>();
    const scan = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        const shown = video.current!;
        shown.srcObject = stream;
        await shown.play();
        const detector = await newDetector();
        while (!over.signal.aborted) {
          const inSight = await detector.detect(shown).catch(() => []);
          for (const { rawValue } of inSight) if (!seen.has(rawValue) && seen.add(rawValue)) found(rawValue);
          await new Promise(requestAnimationFrame);
        }
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      } finally {
        stream?.getTracks().forEach((track) => track.stop());
      }
    };
    void scan();
    return () => over.abort();
  }, []);
  return problem.value ? (
    <p role="alert">{lessonWords.tally.noCamera(problem.value)}</p>
  ) : (
    <video ref={video} class="camera" muted playsInline />
  );
}
