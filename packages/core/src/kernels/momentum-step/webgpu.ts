import type { KernelBody } from '../define-kernel.ts';
import { CLIPPED, clipUniform } from '../webgpu/clipped.ts';
import { runShader } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One invocation an element. */
export const momentumStepWebgpu: KernelBody<Inputs, Attrs> = (inputs, { mu, decay, rate, clipNorm }, backend) => {
  const { parameter, gradient, momentum, norm } = inputs;
  const { shape, size } = parameter;
  return runShader(backend, {
    key: 'momentum_step',
    inputs: {
      parameter: { tensor: parameter },
      gradient: { tensor: gradient },
      momentum: { tensor: momentum },
      norm: { tensor: norm },
    },
    outputs: { parameterNext: { shape }, momentumNext: { shape } },
    invocations: size,
    integers: { size },
    floats: { mu, decay, rate, ...clipUniform(clipNorm) },
    code: `${CLIPPED}
      fn main(i: i32) {
        if (i >= uniforms.size) { return; }
        let b = momentum[i] * uniforms.mu + clippedAt(i) + parameter[i] * uniforms.decay;
        parameterNext[i] = parameter[i] - uniforms.rate * b;
        momentumNext[i] = b;
      }`,
  });
};
