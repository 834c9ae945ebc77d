import { expectShapes, readTensors } from '@seg/core';
import { A_FUNCTION, expectValue } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { type Assignment, linearAssignment } from './linear-assignment.ts';

/**
 * Assigns targets to queries by the Hungarian algorithm, for any number of images and predictions at once. Costs are
 * computed on the device and downloaded together, once. NaN and infinite costs are taken only where nothing else is
 * left, so that one diverged query does not stop a training run.
 *
 * @param costs Returns one [N, T] matrix per problem; T may be 0
 * @returns One assignment per problem: queries ascending, and the target of each
 */
export async function matchQueries(costs: () => tf.Tensor2D[]): Promise<Assignment[]> {
  expectValue('matchQueries', 'costs', costs, A_FUNCTION);
  let shapes: [number, number][] = [];
  const [values] = await readTensors(() => {
    const matrices = costs();
    for (const matrix of matrices) expectShapes('matchQueries', { costs: [matrix, ['N', 'T']] });
    shapes = matrices.map((matrix) => matrix.shape);
    return [matrices.length === 0 ? tf.tensor1d([]) : tf.concat(matrices.map((matrix) => tf.reshape(matrix, [-1])))];
  });
  const flat = Float32Array.from(values); // on cpu an empty tensor comes back as a plain array
  let offset = 0;
  return shapes.map(([rows, columns]) => {
    const matrix = flat.subarray(offset, (offset += rows * columns));
    return linearAssignment(matrix, rows, columns, { nonFinite: 'clamp' });
  });
}
