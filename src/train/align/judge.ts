/** What a reward model says of conversations. */
import { scalarReward } from '../../align/attributes.ts';
import { encodeJudged, type Message } from '../../align/template.ts';
import { joinParts } from '../../export/parts.ts';
import { Graph } from '../../graph/graph.ts';
import { layoutPool } from '../../graph/pool.ts';
import { recorderOf } from '../../model/architecture.ts';
import { forward } from '../../model/forward.ts';
import { parameterList } from '../../model/parameters.ts';
import { scoreHead, scoreParameter } from '../../objective/reward.ts';
import { linear } from '../../ops/linear.ts';
import { type Answer, answeredWith } from '../../world/alignment/synthesis.ts';
import type { Task } from '../../world/alignment/tasks.ts';
import type { Backend } from '../backends/backend.ts';
import type { RewardModel } from './model.ts';

const rowsTogether = 32;

/** The outputs of each conversation, (n, outputs): the head at the judge's mark. */
export async function judgedPairs(
  backend: Backend,
  reward: RewardModel,
  conversations: readonly Message[][],
): Promise<number[][]> {
  const { model, tokenizer, outputs } = reward;
  const rows = conversations.map((one) => encodeJudged(tokenizer, one));
  const T = 16 * Math.ceil(rows.reduce((top, row) => Math.max(top, row.length), 1) / 16);
  const own = scoreParameter(outputs, model.hidden_size);
  const parameters = [...parameterList(model), own];
  const layout = layoutPool(parameters.map((one) => ({ ...one, decay: false })));
  const executor = await backend.open(layout, []);
  try {
    const pool = new Float32Array(layout.elements);
    const storage = parameterList(model).map((one) => ({ ...one, ...layout.slices.get(one.name)! }));
    joinParts(storage, reward.weights, pool);
    pool.set(reward.score, layout.slices.get(scoreHead)!.offset);
    executor.write('parameters', pool);
    const g = new Graph();
    const tokens = g.input('tokens', [rowsTogether * T], 'u32');
    const record = recorderOf(g, model, parameters);
    const states = forward(record, { tokens }, [rowsTogether, T]);
    const predictions = linear(g, states, record.weight(scoreHead));
    const plan = await executor.compile(g, { keep: [predictions], label: 'judge' });
    const width = own.shape[0]!;
    const found: number[][] = [];
    for (let row = 0; row < rows.length; row += rowsTogether) {
      const some = rows.slice(row, row + rowsTogether);
      const host = plan.host(tokens).fill(0);
      some.forEach((one, r) => host.set(one, r * T));
      plan.upload();
      plan.submit(['step']);
      const values = await plan.read(predictions);
      some.forEach((one, r) => {
        const at = (r * T + one.length - 1) * width;
        found.push([...values.subarray(at, at + outputs)]);
      });
    }
    return found;
  } finally {
    executor.destroy();
  }
}

/** One number each: the weighted attributes, or what a pairwise model says. */
export const rewardsOf = async (backend: Backend, reward: RewardModel, conversations: readonly Message[][]) =>
  (await judgedPairs(backend, reward, conversations)).map((values) =>
    values.length === 1 ? values[0]! : scalarReward(values),
  );

/** The reward of every answer to every task. */
export async function scoresOf(
  backend: Backend,
  reward: RewardModel,
  tasks: readonly Pick<Task, 'prompt'>[],
  answers: readonly (readonly Answer[])[],
): Promise<number[][]> {
  const conversations = answers.flatMap((some, i) => some.map(({ words }) => answeredWith(tasks[i]!, words)));
  const scores = await rewardsOf(backend, reward, conversations);
  let at = 0;
  return answers.map((some) => some.map(() => scores[at++]!));
}
