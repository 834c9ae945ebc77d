import { ShapeError } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { changeEach } from './change-each.ts';

/** Elements up to which a parameter's step costs native TensorFlow less than the calls, some 100 μs: gains and biases, seven of ten. */
const FEW = 4096;

/** One parameter of a step: what changes (itself first), and the constants of the rule. */
export type StepPart<Constants> = { variables: readonly tf.Variable[]; constants: Constants };
type PartWithGradient<Constants> = StepPart<Constants> & { gradient: tf.Tensor };

/** A rule that works element by element. Returns new values of what changes. */
export type StepRule<Constants> = (
  state: readonly tf.Tensor[],
  gradient: tf.Tensor,
  constants: Constants,
) => tf.Tensor[];

/**
 * Gives parameters and their moments the values of a rule. On native TensorFlow small ones with the same constants are laid one
 * after the other, and stepped together; everywhere else one comes after the other, so that few new values wait beside old ones.
 *
 * @param where Names the optimizer in errors
 * @param gradients By the keys of their parameters; without one, a parameter stays
 * @param partOf What changes with a parameter, by its key
 * @throws ShapeError before anything changes where a gradient is not of its parameter
 */
export function stepEach<Constants>(
  where: string,
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  partOf: (key: string) => StepPart<Constants>,
  rule: StepRule<Constants>,
): void {
  const groups = groupsOf(partsOf(where, gradients, partOf));
  const changes = groups.map((parts) => ({
    size: parts.reduce((sum, { gradient }) => sum + gradient.size, 0),
    make: () => (parts.length === 1 ? stepAlone(parts[0]!, rule) : stepTogether(parts, rule)),
  }));
  changeEach(where, changes);
}

function partsOf<Constants>(
  where: string,
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  partOf: (key: string) => StepPart<Constants>,
): PartWithGradient<Constants>[] {
  const parts: PartWithGradient<Constants>[] = [];
  for (const [key, gradient] of gradients) {
    if (gradient === null) continue;
    const part = partOf(key);
    const { shape } = part.variables[0]!;
    if (shape.join() !== gradient.shape.join()) {
      throw new ShapeError(`${where}: expected a gradient [${shape}] of ${key}, got [${gradient.shape}]`);
    }
    parts.push({ ...part, gradient });
  }
  return parts;
}

/** Parts that are stepped together. */
function groupsOf<Constants>(parts: readonly PartWithGradient<Constants>[]): PartWithGradient<Constants>[][] {
  if (tf.getBackend() !== 'tensorflow') return parts.map((part) => [part]);
  const alone = parts.filter(({ gradient }) => gradient.size > FEW).map((part) => [part]);
  const joined = new Map<string, PartWithGradient<Constants>[]>();
  for (const part of parts.filter(({ gradient }) => gradient.size <= FEW)) {
    const key = JSON.stringify(part.constants);
    const same = joined.get(key);
    if (same === undefined) joined.set(key, [part]);
    else same.push(part);
  }
  return [...alone, ...joined.values()];
}

function stepAlone<Constants>(part: PartWithGradient<Constants>, rule: StepRule<Constants>): void {
  assignAll(part.variables, rule(part.variables, part.gradient, part.constants));
}

function stepTogether<Constants>(parts: readonly PartWithGradient<Constants>[], rule: StepRule<Constants>): void {
  const [first] = parts;
  const state = first!.variables.map((_, i) => laidOut(parts.map(({ variables }) => variables[i]!)));
  const gradient = laidOut(parts.map((part) => part.gradient));
  const sizes = parts.map((part) => part.gradient.size);
  const results = rule(state, gradient, first!.constants).map((values) => tf.split(values, sizes));
  for (const [k, { variables }] of parts.entries()) {
    const values = variables.map(({ shape }, i) => tf.reshape(results[i]![k]!, shape));
    assignAll(variables, values);
  }
}

/** All elements of tensors, one after the other. */
function laidOut(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]) as tf.Tensor1D));
}

function assignAll(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void {
  for (const [i, variable] of variables.entries()) variable.assign(values[i]!);
}
