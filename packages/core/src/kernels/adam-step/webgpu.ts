import type { KernelBody } from '../define-kernel.ts';
import { CLIPPED, clipUniform } from '../webgpu/clipped.ts';
import { runShader } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One invocation an element; five inputs and three results are the eight buffers that every adapter binds. */
export const adamStepWebgpu: KernelBody<Inputs, Attrs> = (inputs, step, backend) => {
  const { parameter, gradient, first, second, norm } = inputs;
  const { shape, size } = parameter;
  const { beta1, beta2, epsilon, decay, rate, rootScale, clipNorm } = step;
  return runShader(backend, {
    key: 'adam_step',
    inputs: {
      parameter: { tensor: parameter },
      gradient: { tensor: gradient },
      first: { tensor: first },
      second: { tensor: second },
      norm: { tensor: norm },
    },
    outputs: { parameterNext: { shape }, firstNext: { shape }, secondNext: { shape } },
    invocations: size,
    integers: { size, isRooted: Number(rootScale !== null) },
    // the shares of the newest are rounded once from float64, as the reference rounds them
    floats: {
      ...{ beta1, beta2, newest1: 1 - beta1, newest2: 1 - beta2, epsilon },
      ...{ kept: 1 - decay, rate, rootScale: rootScale ?? 1, ...clipUniform(clipNorm) },
    },
    code: `${CLIPPED}
      fn main(i: i32) {
        if (i >= uniforms.size) { return; }
        let g = clippedAt(i);
        let m = first[i] * uniforms.beta1 + g * uniforms.newest1;
        let v = second[i] * uniforms.beta2 + g * g * uniforms.newest2;
        let change = uniforms.rate * m / select(1.0, sqrt(v) * uniforms.rootScale + uniforms.epsilon, uniforms.isRooted == 1);
        parameterNext[i] = parameter[i] * uniforms.kept - change;
        firstNext[i] = m;
        secondNext[i] = v;
      }`,
  });
};
