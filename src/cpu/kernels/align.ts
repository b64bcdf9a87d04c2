/** What pairs of answers and labelled ones lose (ops/align): a few rows a step, so all in f64 and in one block. */
import { eachRow, kernel } from '../kernel.ts';
import { type Expr, f32, f32x4, f64, type Func, i32, type Local } from '../../util/wasm.ts';
import { at, exp, log, type Madd, times } from './arithmetic.ts';

const number = (address: Expr): Expr => f64.promote(f32.load(address));
/** The second of a pair, 4 bytes on. */
const second = (address: Local): Expr => f64.promote(f32.load(address, 4));
const negated = (x: Expr): Expr => f64.sub(f64.const(0), x);

/** σ(x), 1 − σ(x), ln σ(x) and ln(1 − σ(x)), from e^−|x|. */
function logistic(f: Func, madd: Madd, x: Local) {
  const positive = f32.ge(f32.demote(x), f32.const(0));
  const small = f.let(f32.demote(x));
  const opposite = f32.sub(f32.const(0), small);
  const e = f.let(
    f64.promote(f32x4.lane(exp(f, madd, f32x4.splat(f32.sub(f32.const(0), f32.max(small, opposite)))), 0)),
  );
  const sum = f.let(f64.add(f64.const(1), e));
  const rest = log(f, sum);
  const [high, low] = [f.let(f64.div(f64.const(1), sum)), f.let(f64.div(e, sum))];
  // ln of the smaller one: −|x| − ln(1 + e^−|x|), of the larger one: − ln(1 + e^−|x|).
  const size = f.let(f64.promote(f32.max(small, opposite)));
  const [logHigh, logLow] = [f.let(negated(rest)), f.let(negated(f64.add(size, rest)))];
  const choose = (ifPositive: Local, otherwise: Local): Local => {
    const found = f.let(ifPositive);
    f.when(
      positive,
      () => {},
      () => f.set(found, otherwise),
    );
    return found;
  };
  return {
    p: choose(high, low),
    q: choose(low, high),
    logP: choose(logHigh, logLow),
    logQ: choose(logLow, logHigh),
  };
}
type Logistic = ReturnType<typeof logistic>;

/** KL between two Bernoulli distributions. */
const divergence = (one: Logistic, other: Logistic): Expr =>
  f64.add(f64.mul(one.p, f64.sub(one.logP, other.logP)), f64.mul(one.q, f64.sub(one.logQ, other.logQ)));

/** Losses of P pairs and their slopes by both log-probabilities; `kind` as in preferenceKinds. */
export const preferenceKernel = kernel(
  'preference',
  ['logProbs', 'references', 'rewards', 'counts', 'losses', 'slopes', 'P', 'kind', 'per'],
  ['beta', 'eta', 'sftWeight'],
  (f, p, { madd }) => {
    eachRow(f, { ...p, rows: p.P }, (pair) => {
      const first = i32.shl(pair, 3);
      const [policy, reference, rewards, slopes] = [p.logProbs, p.references, p.rewards, p.slopes].map((base) =>
        f.let(i32.add(base, first)),
      ) as [Local, Local, Local, Local];
      f.when(
        f32.eq(f32.load(i32.add(p.counts, first)), f32.const(0)),
        () => {
          f.store(at(p.losses, pair), f32.const(0));
          f.store(slopes, f32.const(0));
          f.store(slopes, f32.const(0), 4);
        },
        () => {
          const [beta, eta, sftWeight] = [p.beta, p.eta, p.sftWeight].map((value) => f.let(f64.promote(value)));
          const gains = f64.sub(f64.sub(number(policy), number(reference)), f64.sub(second(policy), second(reference)));
          const delta = f.let(gains);
          const a = f.let(f64.mul(beta!, delta));
          const b = f.let(f64.mul(eta!, f64.sub(number(rewards), second(rewards))));
          const short = f.let(f64.sub(a, b));
          const [ofA, ofB] = [logistic(f, madd, a), logistic(f, madd, b)];
          const [loss, slope] = [f.let(f64.const(0)), f.let(f64.const(0))];
          const found = [
            [negated(ofA.logP), negated(f64.mul(beta!, ofA.q))],
            [divergence(ofB, ofA), f64.mul(beta!, f64.sub(ofB.q, ofA.q))],
            [divergence(ofA, ofB), f64.mul(f64.mul(beta!, f64.mul(ofA.p, ofA.q)), short)],
            [f64.mul(short, short), f64.mul(f64.mul(f64.const(2), beta!), short)],
          ] as const;
          found.forEach(([value, by], kind) =>
            f.when(i32.eq(p.kind, i32.const(kind)), () => {
              f.set(loss, value);
              f.set(slope, by);
            }),
          );
          f.when(i32.eq(p.kind, i32.const(found.length)), () => {
            const away = f.let(f64.sub(delta, f64.div(f64.const(0.5), beta!)));
            f.set(loss, f64.mul(away, away));
            f.set(slope, f64.mul(f64.const(2), away));
          });
          f.store(at(p.losses, pair), f32.demote(f64.sub(loss, f64.mul(sftWeight!, number(policy)))));
          f.store(slopes, f32.demote(f64.sub(slope, sftWeight!)));
          f.store(slopes, f32.demote(negated(slope)), 4);
        },
      );
    });
  },
);

/** log π of both answers, their growth over the reference, and 1 where the chosen one has grown more. */
export const pairMeasuresKernel = kernel(
  'pairMeasures',
  ['logProbs', 'references', 'counts', 'chosen', 'rejected', 'chosenGain', 'rejectedGain', 'right', 'P', 'per'],
  [],
  (f, p) => {
    eachRow(f, { ...p, rows: p.P }, (pair) => {
      const first = i32.shl(pair, 3);
      const [policy, reference] = [p.logProbs, p.references].map((base) => f.let(i32.add(base, first))) as [
        Local,
        Local,
      ];
      const counted = f.let(f32.load(i32.add(p.counts, first)));
      const gains = [0, 4].map((offset) => f.let(f32.sub(f32.load(policy, offset), f32.load(reference, offset))));
      const values = [f32.load(policy), f32.load(policy, 4), ...gains] as Expr[];
      values.push(f32.select(f32.const(1), f32.const(0), f32.gt(gains[0]!, gains[1]!)));
      [p.chosen, p.rejected, p.chosenGain, p.rejectedGain, p.right].forEach((to, i) =>
        f.store(at(to, pair), f32.select(f32.const(0), values[i]!, f32.eq(counted, f32.const(0)))),
      );
    });
  },
);

/** Masked squared errors of each row's last token; slopes are 0 everywhere else. */
export const rewardLossKernel = kernel(
  'rewardLoss',
  ['predictions', 'last', 'labels', 'mask', 'errors', 'slopes', 'B', 'T', 'O', 'outputs', 'per'],
  [],
  (f, p) => {
    eachRow(f, { ...p, rows: p.B }, (row) => {
      const width = f.let(times(p.T, p.O));
      const start = f.let(times(row, width));
      f.for(start, i32.add(start, width), 1, (i) => f.store(at(p.slopes, i), f32.const(0)));
      const place = f.let(i32.add(start, times(i32.load(at(p.last, row)), p.O)));
      const labels = f.let(times(row, p.outputs));
      const sum = f.let(f64.const(0));
      f.for(i32.const(0), p.outputs, 1, (o) => {
        const label = f.let(i32.add(labels, o));
        f.when(
          f32.eq(f32.load(at(p.mask, label)), f32.const(0)),
          () => {},
          () => {
            const output = f.let(i32.add(place, o));
            const error = f.let(f64.sub(number(at(p.predictions, output)), number(at(p.labels, label))));
            f.set(sum, f64.add(sum, f64.mul(error, error)));
            f.store(at(p.slopes, output), f32.demote(f64.mul(f64.const(2), error)));
          },
        );
      });
      f.store(at(p.errors, row), f32.demote(sum));
    });
  },
);
