import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { linearNorm, linearNormReference } from './linear-norm.ts';

function bodyCase([rows, inDim, channels]: [number, number, number], hasNext: boolean): BodyCase {
  return {
    title: `linearNorm of [${rows}, ${inDim}] to ${channels}${hasNext ? ' and another norm' : ''}`,
    run: () => {
      const inputs = {
        x: random([rows, inDim], 1),
        weight: random([inDim, channels], 2, 0.2),
        residual: random([rows, channels], 3),
        vectors: random([3, channels], 4),
        nextVectors: hasNext ? random([2, channels], 5) : undefined,
      };
      const attrs = { epsilon: 1e-5, nextEpsilon: 1e-3 };
      return { fast: linearNorm(inputs, attrs), plain: linearNormReference(inputs, attrs) };
    },
    tolerance: 5e-5,
  };
}

checkOps([
  {
    title: 'linearNorm',
    shapes: [[2, 3, 4], [4, 8], [2, 3, 8], [3, 8]],
    f: (x, weight, residual, vectors) => linearNorm({ x, weight, residual, vectors }, { epsilon: 1e-5 })[0]!,
  },
]); // biome-ignore format: shapes in a line

checkBodies([
  bodyCase([37, 20, 44], false),
  bodyCase([37, 20, 44], true),
  bodyCase([5, 516, 516], true), // terms in three steps, channels in three vectors of a lane
  bodyCase([519, 132, 252], false), // sixteen rows a workgroup, the last of them in part
  bodyCase([4, 7, 9], true), // no whole vectors
]);
