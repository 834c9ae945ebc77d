import * as tf from '@tensorflow/tfjs-core';

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
 * @param gradients By the keys of their parameters; without one, a parameter stays
 * @param partOf What changes with a parameter, by its key
 */
export function stepEach<Constants>(
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  partOf: (key: string) => StepPart<Constants>,
  rule: StepRule<Constants>,
): void {
  const joined = new Map<string, PartWithGradient<Constants>[]>();
  for (const [name, gradient] of gradients) {
    if (gradient === null) continue;
    const { variables, constants } = partOf(name);
    if (tf.getBackend() !== 'tensorflow' || gradient.size > FEW) {
      tf.tidy(() => assignAll(variables, rule(variables, gradient, constants)));
      continue;
    }
    const key = JSON.stringify(constants);
    const same = joined.get(key) ?? [];
    same.push({ variables, gradient, constants });
    joined.set(key, same);
  }
  for (const same of joined.values()) tf.tidy(() => stepTogether(same, rule));
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
