import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Φ(x) from the smaller tail t·P(t)·exp(−x²/2) / 2, t = 1/(1 + 0.45·|x|/√2); see assembly/gelu.ts. */
export const DISTRIBUTION = `
  fn distribution(v: f32, density: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.3181980515 * abs(v));
    var p = -0.02428961313;
    p = p * t + 0.1800027062;
    p = p * t - 0.4627567074;
    p = p * t + 0.4492192847;
    p = p * t - 0.1151590417;
    p = p * t + 0.250023707;
    p = p * t + 0.2136817136;
    p = p * t + 0.2554653095;
    p = p * t + 0.2538127218;
    let tail = 0.5 * p * t * density;
    return select(1.0 - tail, tail, v < 0.0);
  }`;

export const geluWebgpu: KernelBody<Inputs, Attrs> = ({ x }, _, backend) =>
  runProgram(backend, {
    key: 'gelu',
    inputs: { x: { tensor: x } },
    outputShape: x.shape,
    invocations: sizeFromShape(x.shape),
    integers: { count: sizeFromShape(x.shape) },
    code: `${DISTRIBUTION}
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let v = x[index];
        result[index] = v * distribution(v, exp(-0.5 * v * v));
      }`,
  });

export const geluGradientWebgpu: KernelBody<GradientInputs, Attrs> = ({ dy, x }, _, backend) =>
  runProgram(backend, {
    key: 'gelu_gradient',
    inputs: { dy: { tensor: dy }, x: { tensor: x } },
    outputShape: x.shape,
    invocations: sizeFromShape(x.shape),
    integers: { count: sizeFromShape(x.shape) },
    code: `${DISTRIBUTION}
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let v = x[index];
        let density = exp(-0.5 * v * v);
        result[index] = dy[index] * (distribution(v, density) + v * density * 0.3989422804);
      }`,
  });
