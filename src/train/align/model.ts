/** A model that is aligned: weights and a tokenizer with the marks of a conversation, from a folder and into one. */
import { chatTemplate } from '../../align/template.ts';
import { outputNames } from '../../align/attributes.ts';
import type { ModelConfig } from '../../config/run.ts';
import { type FolderFile, huggingFaceFolder } from '../../export/huggingface.ts';
import { architectureName } from '../../export/huggingFaceConfig.ts';
import type { Weight, Weights } from '../../export/parts.ts';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from '../../export/safetensors.ts';
import { scoreHead } from '../../objective/reward.ts';
import { type ChatTokenizer, withMarks } from '../../tokenizer/chat.ts';
import { UserError } from '../../util/errors.ts';
import { type ModelFolder, readCheckpoint } from '../bases/base.ts';
import { trainingWords } from '../../words/training.ts';

export interface AlignedModel {
  model: ModelConfig;
  weights: Weights;
  tokenizer: ChatTokenizer;
  /** rekindle.json of what it comes from, and the stages since. */
  metadata: Record<string, unknown>;
}

const embedding = 'model.embed_tokens.weight';
const head = 'lm_head.weight';

/** A checkpoint with marks. Rows of new ids are the mean of the trained ones, as HuggingFace resizes. */
export function alignable({ model, weights, tokenizer: plain, metadata }: ModelFolder): AlignedModel {
  const tokenizer = withMarks(plain);
  if (tokenizer === plain) return { model, weights, tokenizer, metadata: metadata ?? {} };
  const vocab_size = Math.max(model.vocab_size, 4 * Math.ceil(tokenizer.size / 4)); // kernels take whole vec4
  const grown: Weights = new Map(weights);
  for (const name of [embedding, head]) {
    const weight = weights.get(name); // a tied head is none
    if (weight) grown.set(name, withRows(weight, plain.size, vocab_size));
  }
  return { model: { ...model, vocab_size }, weights: grown, tokenizer, metadata: metadata ?? {} };
}

/** (V, D) with rows from `trained` on set to the mean of those before. */
function withRows({ shape, data }: Weight, trained: number, V: number): Weight {
  const D = shape[1]!;
  const grown = new Float32Array(V * D);
  grown.set(data.subarray(0, trained * D));
  for (let i = 0; i < D; i++) {
    let sum = 0;
    for (let v = 0; v < trained; v++) sum += data[v * D + i]!;
    for (let v = trained; v < V; v++) grown[v * D + i] = sum / trained;
  }
  return { shape: [V, D], data: grown };
}

/** What a stage has done, for the record in rekindle.json. */
export interface StageRecord {
  stage: string;
  [setting: string]: unknown;
}

/** The stages that a model has been through. */
export const stagesOf = ({ metadata }: Pick<AlignedModel, 'metadata'>): StageRecord[] =>
  Array.isArray(metadata.alignment) ? (metadata.alignment as StageRecord[]) : [];

const text = (name: string, content: string): FolderFile => ({ name, bytes: new TextEncoder().encode(content) });
const json = (name: string, value: object): FolderFile => text(name, `${JSON.stringify(value, null, 2)}\n`);
const parsed = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytes));

/** The model with one more stage in its record. */
export const withStage = <M extends AlignedModel>(aligned: M, stage: StageRecord): M => ({
  ...aligned,
  metadata: { ...aligned.metadata, alignment: [...stagesOf(aligned), stage] },
});

/** The folder of a model after a stage: as any other, with the template, and a turn's mark as what ends an answer. */
export async function alignedFolder(aligned: AlignedModel, stage?: StageRecord): Promise<FolderFile[]> {
  const { model, weights, tokenizer } = aligned;
  const metadata = await recordOf(stage ? withStage(aligned, stage) : aligned);
  const files = huggingFaceFolder({ model, parameters: weights, tokenizer, metadata });
  const ends = [tokenizer.marks.turn, tokenizer.endOfText];
  return [...files.map((file) => withTemplate(file, ends)), text('chat_template.jinja', chatTemplate)];
}

async function recordOf({ metadata, model, tokenizer }: AlignedModel): Promise<Record<string, unknown>> {
  const continued = metadata.model === undefined ? {} : { model, tokenizerHash: await tokenizer.hash() };
  return { ...metadata, ...continued };
}

function withTemplate(file: FolderFile, ends: number[]): FolderFile {
  if (file.name === 'generation_config.json') return json(file.name, { ...parsed(file.bytes), eos_token_id: ends });
  if (file.name === 'tokenizer_config.json')
    return json(file.name, { ...parsed(file.bytes), chat_template: chatTemplate });
  return file;
}

/** A reward model: the trunk, and the head (outputs, D) on a row's last state. */
export interface RewardModel extends AlignedModel {
  outputs: number;
  score: Float32Array;
}

/** A language model's card (export/modelCard.ts) turned into a classifier's: what it answers, and how it is loaded. */
const rewardCard = (card: string, names: readonly string[]): string =>
  card
    .replace('text-generation', 'text-classification')
    .replaceAll('ForCausalLM', 'ForSequenceClassification')
    .replace(/Rekindle's tests score[^]*?itself\./, 'It has not been loaded with transformers itself.')
    .replace(/inputs = [^]*?(?=```)/, () =>
      [
        'text = tokenizer.apply_chat_template(messages, tokenize=False).removesuffix("<extra_id_1>") + "<extra_id_2>"',
        'inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt")',
        `print(model(**inputs).logits)  # ${names.join(', ')}`,
        '',
      ].join('\n'),
    );

export const isReward = (model: AlignedModel): model is RewardModel => 'score' in model;

/** A folder of …ForSequenceClassification, as transformers reads it: no language head, `score.weight` instead. */
export async function rewardFolder(reward: RewardModel, stage?: StageRecord): Promise<FolderFile[]> {
  const { outputs, score, weights, model } = reward;
  const names = outputs === 1 ? ['preference'] : outputNames(outputs as 5 | 9);
  const tensors = [...weights].filter(([name]) => name !== head);
  tensors.push([scoreHead, { shape: [outputs, model.hidden_size], data: score }]);
  return (await alignedFolder(reward, stage)).map((file) => {
    if (file.name === 'config.json') {
      return json(file.name, {
        ...parsed(file.bytes),
        architectures: [architectureName(model).replace('ForCausalLM', 'ForSequenceClassification')],
        num_labels: outputs,
        problem_type: 'regression',
        id2label: Object.fromEntries(names.map((name, i) => [i, name])),
        label2id: Object.fromEntries(names.map((name, i) => [name, i])),
        // The state of the last token that is no padding is read.
        pad_token_id: reward.tokenizer.endOfText,
      });
    }
    if (file.name === 'README.md') return text(file.name, rewardCard(new TextDecoder().decode(file.bytes), names));
    if (file.name !== 'model.safetensors') return file;
    const stored = tensors.map(([name, { shape, data }]) => ({ name, dtype: 'F32' as const, shape, data }));
    return { name: file.name, bytes: encodeSafetensors(stored, { format: 'pt' }) };
  });
}

/** Whether a folder's weights have a reward's head. */
export function hasRewardHead(files: readonly FolderFile[]): boolean {
  const file = files.find(({ name }) => name === 'model.safetensors');
  return file !== undefined && decodeSafetensors(file.bytes).tensors.has(scoreHead);
}

/** Reads back a folder of rewardFolder's. UserError where it is no reward model's. */
export async function readRewardFolder(files: readonly FolderFile[]): Promise<RewardModel> {
  const file = files.find(({ name }) => name === 'model.safetensors');
  const tensors = file && decodeSafetensors(file.bytes).tensors;
  const score = tensors?.get(scoreHead);
  const embedded = tensors?.get(embedding);
  if (!file || !tensors || !score || !embedded) throw new UserError(trainingWords.noRewardModel);
  // The reader of language models wants a head; nothing reads this one.
  const stored = [...tensors]
    .filter(([name]) => name !== scoreHead)
    .map(([name, one]) => ({ name, dtype: 'F32' as const, shape: one.shape, data: toFloat32(one) }));
  const [V, D] = embedded.shape as [number, number];
  stored.push({ name: head, dtype: 'F32', shape: [V, D], data: new Float32Array(V * D) });
  const whole = files.map((one) => (one === file ? { name: file.name, bytes: encodeSafetensors(stored, {}) } : one));
  return { ...alignable(await readCheckpoint(whole)), outputs: score.shape[0]!, score: toFloat32(score) };
}

/** A folder that a stage has written, a reward model's with its head. */
export const readAligned = async (files: readonly FolderFile[]): Promise<AlignedModel> =>
  hasRewardHead(files) ? readRewardFolder(files) : alignable(await readCheckpoint(files));
