/**
 * The model's weights as a list: what is stored, in which order, under which HuggingFace names, how each starts and
 * whether it decays. The graph, the optimizer, the initialization and the safetensors codec all read this one list.
 */
import type { ModelConfig } from '../config/run.ts';
import type { Family, Parameter } from './family.ts';
import { llamaFamilies } from './llamaFamily.ts';
import { parametrized } from './mup.ts';
import { nemotronFamily } from './nemotronFamily.ts';

export type { Init, Parameter, ParameterPart } from './family.ts';

const families = new Map<string, Family>([nemotronFamily, ...llamaFamilies].map((family) => [family.type, family]));

/** From now on models with this `model_type` are of this family. */
export const registerFamily = (family: Family): void => void families.set(family.type, family);

/** Error where no family of a model's type is known. */
export function familyOf({ model_type: type = nemotronFamily.type }: ModelConfig): Family {
  const family = families.get(type);
  if (!family) throw new Error(`model_type is ${type}; known are ${[...families.keys()].join(', ')}.`);
  return family;
}

/**
 * Storage tensors in the order of the pools: every decayed one first, then every undecayed one, then every frozen one, each group in the
 * order of the forward pass. So what the optimizer treats alike lies together (`PoolLayout.regions`), and its work ends where what is frozen
 * begins (`trained`).
 */
export const parameterList = (model: ModelConfig, decayEmbeddings = true): Parameter[] =>
  inPoolOrder(parametrized(familyOf(model).parameters(model, decayEmbeddings), model));

export const inPoolOrder = (list: readonly Parameter[]): Parameter[] => [
  ...list.filter(({ decay }) => decay),
  ...list.filter(({ decay, frozen }) => !decay && !frozen),
  ...list.filter(({ frozen }) => frozen),
];

const elements = ({ shape }: Parameter): number => shape.reduce((product, extent) => product * extent, 1);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Number of parameters; of a Nemotron model 2VD + L(2HdD + 2KdD + 2FD + 4D) + 2D (papers.md §5.3). */
export const parameterCount = (model: ModelConfig): number => sum(parameterList(model).map(elements));

/** Weights of matrices that multiply a token: all but norms, and but the embedding, a look-up that comes first, if it is not the head too. */
export function matmulParameters(model: ModelConfig): number {
  const [embedding, ...rest] = familyOf(model).parameters(model, true);
  return sum(
    [...(embedding!.also ? [embedding!] : []), ...rest].filter(({ shape }) => shape.length === 2).map(elements),
  );
}
