import type { KernelBody } from '../define-kernel.ts';
import { LOWEST, reduction, sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One workgroup a query: its constant, then whether its mask is empty, then the bias. */
export const maskBiasWebgpu: KernelBody<Inputs, Attrs> = ({ products, queries, constants }, { outside }, backend) => {
  const [batch, count, length] = products.shape as [number, number, number];
  const rows = batch * count;
  const lanes = `for (var l = lane; l < uniforms.length; l += ${WORKGROUP})`;
  const constant = `
        var along = 0.0;
        for (var c = lane; c < uniforms.dim; c += ${WORKGROUP}) { along += queries[item * uniforms.dim + c] * constants[c]; }
        let constant = total(along, lane);`;
  return runProgram(backend, {
    key: `mask_bias_${constants !== undefined}`,
    inputs: {
      products: { tensor: products },
      ...(constants && { queries: { tensor: queries }, constants: { tensor: constants } }),
    },
    outputShape: products.shape,
    invocations: rows * WORKGROUP,
    integers: { rows, length, dim: queries.shape[2]! },
    floats: { outside },
    code: `${reduction('largest', 'f32', (a, b) => `max(${a}, ${b})`)}${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let row = index / ${WORKGROUP};
        let item = min(row, uniforms.rows - 1);
        let start = item * uniforms.length;${constants ? constant : 'let constant = 0.0;'}
        var most = ${LOWEST};
        ${lanes} { most = max(most, products[start + l]); }
        let isOpen = largest(most, lane) + constant >= 0.0;
        if (row >= uniforms.rows) { return; }
        ${lanes} { result[start + l] = select(0.0, uniforms.outside, isOpen && products[start + l] + constant < 0.0); }
      }`,
  });
};
