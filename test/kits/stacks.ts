/** The rates of two stacks as their own sources compute them: what an argument means, and not what we mean by it. */

export interface MegatronSchedule {
  maxLr: number;
  minLr: number;
  initLr: number;
  warmup: number;
  decay: number;
  style: string;
  wsdDecay: number;
  wsdStyle: string;
}

/** Megatron core 0.19, OptimizerParamScheduler.get_lr; `done`: samples (or iterations) before the update. */
export function megatronRate(s: MegatronSchedule, done: number): number {
  if (!(s.decay > 0 && s.warmup < s.decay && s.maxLr >= s.minLr))
    throw new Error('Megatron would refuse these arguments');
  if (s.warmup > 0 && done <= s.warmup) return s.initLr + ((s.maxLr - s.initLr) * done) / s.warmup;
  if (s.style === 'constant') return s.maxLr;
  if (done > s.decay) return s.minLr;
  const ratio = (done - s.warmup) / (s.decay - s.warmup);
  const wsd = (done - (s.decay - s.wsdDecay)) / s.wsdDecay;
  const cosine = (q: number): number => 0.5 * (Math.cos(Math.PI * q) + 1);
  const left: Record<string, () => number> = {
    linear: () => 1 - ratio,
    cosine: () => cosine(ratio),
    WSD: () => {
      if (wsd <= 0) return 1;
      return { linear: 1 - wsd, cosine: cosine(wsd), minus_sqrt: 1 - Math.sqrt(wsd) }[s.wsdStyle]!;
    },
  };
  return s.minLr + left[s.style]!() * (s.maxLr - s.minLr);
}

/** torchtitan's linear_warmup_stable_decay times the optimizer's rate. */
export function torchtitanRate(titan: Record<string, number | string>, given: number): number {
  const { LR, WARMUP_STEPS, TOTAL_STEPS, DECAY_RATIO, MIN_LR_FACTOR } = titan as Record<string, number>;
  const decay = Math.round(TOTAL_STEPS! * DECAY_RATIO!);
  const stable = TOTAL_STEPS! - decay; // warm-up and stable steps
  const step = Math.min(given, stable + decay);
  if (step < WARMUP_STEPS!) return (LR! * (step + 1)) / (WARMUP_STEPS! + 1);
  if (step < stable || decay === 0) return LR!;
  const q = (step + 1 - stable) / (decay + 1);
  const left = { linear: 1 - q, sqrt: 1 - Math.sqrt(q), cosine: 0.5 * (1 + Math.cos(Math.PI * q)) }[
    titan.DECAY_TYPE as string
  ]!;
  return LR! * (MIN_LR_FACTOR! + (1 - MIN_LR_FACTOR!) * left);
}
