import type * as tf from '@tensorflow/tfjs-core';

import type { LeftOperand } from '../webgpu/product-tiles.ts';
import type { ConvolutionShape } from './types.ts';

/** Convolution as a product: the pixels that the filter sees from each pixel of the result, tap after tap. */
type Windows = ConvolutionShape & {
  /** Distinct among the operands of a product. */
  name: string;
  /** [B, H, W, in] */
  map: tf.TensorInfo;
  /** [height, width, in, out] */
  filter: tf.TensorInfo;
  /** Height and width of the result. */
  size: readonly [number, number];
};

/** Windows of a map as a left operand, which no buffer holds. */
export function windowsOperand({ name, map, filter, size, strides, padding, dilation }: Windows): LeftOperand {
  const [, H, W, inputs] = map.shape as [number, number, number, number];
  const [tall, wide, , outputs] = filter.shape as [number, number, number, number];
  const isWhole = inputs % 4 === 0;
  const terms = tall * wide * inputs;
  const named = (integers: Record<string, number>) =>
    Object.fromEntries(Object.entries(integers).map(([key, value]) => [`${name}${key}`, value]));
  return {
    ...{ name, terms, key: `windows${isWhole ? 4 : 1}`, weight: { ...filter, shape: [terms, outputs] } },
    inputs: { [name]: { tensor: map, components: isWhole ? 4 : 1, anyStorage: true } },
    integers: named({
      ...{ H, W, h: size[0], w: size[1], Inputs: isWhole ? inputs / 4 : inputs, Wide: wide, Dilation: dilation },
      ...{ StrideY: strides[0], StrideX: strides[1], Top: padding[0][0], Left: padding[1][0] },
    }),
    code: `
    fn ${name}Seen(row: i32, k: i32) -> ${isWhole ? 'vec4<f32>' : 'f32'} {
      let tap = k / uniforms.${name}Inputs;
      let line = row / uniforms.${name}w;
      let y = (line % uniforms.${name}h) * uniforms.${name}StrideY - uniforms.${name}Top + (tap / uniforms.${name}Wide) * uniforms.${name}Dilation;
      let x = (row % uniforms.${name}w) * uniforms.${name}StrideX - uniforms.${name}Left + (tap % uniforms.${name}Wide) * uniforms.${name}Dilation;
      if (y < 0 || y >= uniforms.${name}H || x < 0 || x >= uniforms.${name}W) { return ${isWhole ? 'vec4<f32>(0.0)' : '0.0'}; }
      let pixel = ((line / uniforms.${name}h) * uniforms.${name}H + y) * uniforms.${name}W + x;
      return ${name}At(pixel * uniforms.${name}Inputs + k % uniforms.${name}Inputs);
    }
    ${isWhole ? wholeLeft(name) : singleLeft(name)}`,
  };
}

const wholeLeft = (name: string): string =>
  `fn ${name}Left(row: i32, k: i32, isPositioned: bool) -> vec4<f32> { return ${name}Seen(row, k); }`;

/** Terms beyond the last have no tap: an index there would be that of another pixel. */
const singleLeft = (name: string): string => `
    fn ${name}One(row: i32, k: i32) -> f32 {
      if (k >= uniforms.${name}Terms) { return 0.0; }
      return ${name}Seen(row, k);
    }
    fn ${name}Left(row: i32, k: i32, isPositioned: bool) -> vec4<f32> {
      return vec4<f32>(${name}One(row, 4 * k), ${name}One(row, 4 * k + 1), ${name}One(row, 4 * k + 2), ${name}One(row, 4 * k + 3));
    }`;
