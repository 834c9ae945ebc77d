import * as tf from '@tensorflow/tfjs-core';

import { type Differentiated, disposeDifferentiated, madeOrNothing } from '../differentiated.ts';
import type { Collective } from './collective.ts';

/**
 * Means over processes of loss, terms and gradients; those given are disposed. A gradient that only some have counts as zeros
 * of the others; one that none has stays null.
 *
 * @param variables Variables of the gradients
 */
export async function meanOverRanks(
  collective: Collective,
  own: Differentiated,
  variables: readonly tf.Variable[],
): Promise<Differentiated> {
  const names = Object.keys(own.terms);
  const { header, flat } = await gather(collective, own, variables).finally(() => disposeDifferentiated(own));
  await collective.allReduce(flat);
  const mean = (sum: number) => tf.scalar(sum / collective.size);
  const isOfAny = header.subarray(1 + names.length);
  return madeOrNothing(() => ({
    value: mean(header[0]),
    terms: Object.fromEntries(names.map((name, i) => [name, mean(header[i + 1])])),
    gradients: divided(flat, variables, (k) => isOfAny[k] > 0, collective.size),
  }));
}

/** The sums of loss and terms and how many processes have each gradient, and the gradients of this one that any has. */
async function gather(
  collective: Collective,
  { value, terms, gradients }: Differentiated,
  variables: readonly tf.Variable[],
): Promise<{ header: Float64Array; flat: Float32Array }> {
  const numbers = await Promise.all([value, ...Object.values(terms)].map(async (scalar) => (await scalar.data())[0]));
  const header = Float64Array.from([...numbers, ...gradients.map((gradient) => (gradient === null ? 0 : 1))]);
  await collective.allReduce(header);
  const isOfAny = header.subarray(numbers.length);
  const reduced = variables.filter((_, k) => isOfAny[k] > 0);
  const flat = new Float32Array(reduced.reduce((sum, { size }) => sum + size, 0));
  let end = 0;
  for (const [k, variable] of variables.entries()) {
    if (isOfAny[k] === 0) continue;
    const gradient = gradients[k];
    if (gradient !== null) flat.set((await gradient.data()) as Float32Array, end);
    end += variable.size;
  }
  return { header, flat };
}

/** Cuts the sums into gradients again. */
function divided(
  sums: Float32Array,
  variables: readonly tf.Variable[],
  isThere: (k: number) => boolean,
  size: number,
): (tf.Tensor | null)[] {
  let end = 0;
  return variables.map((variable, k) => {
    if (!isThere(k)) return null;
    const start = end;
    end += variable.size;
    return tf.tidy(() => tf.div(tf.tensor(sums.slice(start, end), variable.shape), size));
  });
}
