import * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';
import type { KernelBody } from '../define-kernel.ts';
import { levelIntegers } from '../deformable-sampling/webgpu-place.ts';
import { runProgram } from '../webgpu/run-program.ts';

type Inputs = { embeddings?: tf.Tensor };
/** `encode` gives [length, dim / 2] of the cells of an axis. */
type Attrs = { levels: Size[]; dim: number; encode: (length: number) => Float32Array };

/** Rows and columns of all levels are encoded on the host; which cell has which of them is found here. */
export const sinePositionsWebgpu: KernelBody<Inputs, Attrs> = ({ embeddings }, { levels, dim, encode }, backend) => {
  if (dim % 8 !== 0) return null;
  return tf.tidy(() => {
    const axis = (side: 0 | 1) => tf.tensor1d(joined(levels.map((size) => encode(size[side]))));
    const count = (levels.reduce((sum, [height, width]) => sum + height * width, 0) * dim) / 4;
    const info = runProgram(backend, {
      key: `sine_positions_${levels.length}_${embeddings !== undefined}`,
      inputs: {
        rows: { tensor: axis(0), components: 4 },
        columns: { tensor: axis(1), components: 4 },
        ...(embeddings && { embeddings: { tensor: embeddings, components: 4 } }),
      },
      outputShape: [(4 * count) / dim, dim],
      outputComponents: 'any',
      invocations: count,
      integers: { count, dim: dim / 4, ...levelIntegers(levels) },
      code: shader(levels, embeddings !== undefined),
    });
    return tf.engine().makeTensorFromTensorInfo(info);
  });
};

function joined(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((start, part) => {
    all.set(part, start);
    return start + part.length;
  }, 0);
  return all;
}

function shader(levels: Size[], isEmbedded: boolean): string {
  const later = levels.map((_, l) => l).slice(1);
  const passed = later.map((l) => `
        if (token >= uniforms.start${l}) { level = ${l}; firstRow += uniforms.height${l - 1}; firstColumn += uniforms.width${l - 1}; start = uniforms.start${l}; width = uniforms.width${l}; }`); // biome-ignore format: a line of WGSL
  return `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let token = index / uniforms.dim;
        let c = index % uniforms.dim;
        var level = 0; var firstRow = 0; var firstColumn = 0; var start = 0; var width = uniforms.width0;${passed.join('')}
        let half = uniforms.dim / 2;
        let row = firstRow + (token - start) / width;
        let column = firstColumn + (token - start) % width;
        var position: vec4<f32>;
        if (c < half) { position = rows[row * half + c]; } else { position = columns[column * half + c - half]; }
        resultPut(index, position${isEmbedded ? ' + embeddings[level * uniforms.dim + c]' : ''});
      }`;
}
