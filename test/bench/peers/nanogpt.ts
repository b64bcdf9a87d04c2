/**
 * genai-nanogpt through its own training API: its NanoGPT v2 (rotation, squared ReLU, tied head), a pretraining job in f32 on its
 * WebGPU backend. The job runs by itself; a gate in front of its data lets it take one step at a time.
 */
import { models, TeachableLLM, tokenise } from '@genai-fi/nanogpt';
import { batchOf, type Engine } from '../setup/subject.ts';

/** Copies of the batch's text in the job's data: its loader cuts rows out of one stream. */
const repeats = 64;

export const nanogpt: Engine = {
  async openStep(shape) {
    const { L, D, H, T, B, V } = shape;
    await TeachableLLM.selectBackend('webgpu');
    const tokeniser = new tokenise.CharTokeniser(
      Array.from({ length: V }, (_, id) => String.fromCodePoint(0x4e00 + id)),
    );
    const model = new models.NanoGPTV2({
      modelType: 'GenAI_NanoGPT_v2',
      vocabSize: V,
      blockSize: T,
      nLayer: L,
      nHead: H,
      nEmbed: D,
      mlpFactor: 4,
    });
    const llm = new TeachableLLM(tokeniser, model);
    const { tokens } = batchOf(shape);
    const text = Uint16Array.from({ length: tokens.length * repeats + 1 }, (_, i) => tokens[i % tokens.length]!);

    /** Steps allowed and not taken; who waits for one. */
    let allowed = 0;
    let waiting: (() => void) | null = null;
    const allow = (): void => {
      if (waiting) waiting();
      else allowed++;
      waiting = null;
    };
    const permission = () =>
      new Promise<void>((resolve) => {
        if (allowed === 0) waiting = resolve;
        else {
          allowed--;
          resolve();
        }
      });
    let finished: (loss: number) => void = () => undefined;
    let failed: (error: unknown) => void = () => undefined;
    llm.training.on('error', (_, error) => failed(error));
    llm.training.on('progress', ({ history }) => finished(history!.at(-1)!.trainingMetrics.loss));
    const paused = new Promise<void>((resolve, reject) => {
      llm.training.on('paused', () => resolve());
      failed = reject;
    });
    const job = await llm.training.job(
      {
        method: { type: 'pretraining' },
        batchSize: B,
        maxEpochs: 1e9,
        learningRate: 1e-3,
        warmupSteps: 0,
        logInterval: 1,
      },
      [text],
      [{ id: 'bench', name: 'bench', conversational: false }],
    );
    const stop = llm.training.addBreak(job.id)!;
    await paused;
    llm.training.deleteBreak(job.id, stop);
    const data = await job.trainDataset!.iterator();
    Object.assign(job.trainDataset!, {
      iterator: async () => ({
        async next() {
          await permission();
          return data.next();
        },
      }),
    });
    await llm.training.resume(job.id);
    return {
      run: (times = 1) =>
        new Promise<number>((resolve, reject) => {
          let left = times;
          finished = (loss) => {
            if (--left === 0) resolve(loss);
          };
          failed = reject;
          for (let i = 0; i < times; i++) allow();
        }),
      destroy() {
        llm.training.cancel(job.id);
        llm.dispose();
      },
    };
  },
};
