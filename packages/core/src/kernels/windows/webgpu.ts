import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runProgram, runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { FromAttrs, FromInputs, IntoAttrs, IntoInputs } from './types.ts';
import { paddedToWindows } from './windows.ts';

/** WGSL of the pixel that a token of a window shows, −1 for one of the zeros around the map. */
const PIXEL = (byColumns: boolean) => `
      fn pixelOf(token: i32) -> i32 {
        let cell = token % (uniforms.window * uniforms.window);
        let place = token / (uniforms.window * uniforms.window);
        let line = place / uniforms.columns; // of [B, rows]
        let rows = uniforms.tall / uniforms.window;
        let along = vec2<i32>(cell / uniforms.window, cell % uniforms.window)${byColumns ? '.yx' : ''};
        let y = ((line % rows) * uniforms.window + along.x + uniforms.shift) % uniforms.tall;
        let column = ((place % uniforms.columns) * uniforms.window + along.y + uniforms.shift) % uniforms.wide;
        if (y >= uniforms.height || column >= uniforms.width) { return -1; }
        return ((line / rows) * uniforms.height + y) * uniforms.width + column;
      }`;

/** WGSL of the token that shows a pixel of the map. */
const TOKEN = `
      fn tokenOf(pixel: i32) -> i32 {
        let line = pixel / uniforms.width; // of [B, H]
        let y = (line % uniforms.height - uniforms.shift + uniforms.tall) % uniforms.tall;
        let column = (pixel % uniforms.width - uniforms.shift + uniforms.wide) % uniforms.wide;
        let rows = uniforms.tall / uniforms.window;
        let columns = uniforms.wide / uniforms.window;
        let place = ((line / uniforms.height) * rows + y / uniforms.window) * columns + column / uniforms.window;
        return place * uniforms.window * uniforms.window + (y % uniforms.window) * uniforms.window + column % uniforms.window;
      }`;

/** WGSL of `mean` and `inverse` of a row of `dim` values that a workgroup goes through. @param value That at `c` */
const normalized = (value: string) => `
        var along = 0.0;
        for (var c = lane; c < uniforms.dim; c += ${WORKGROUP}) { along += ${value}; }
        let mean = total(along, lane) / f32(uniforms.dim);
        var squares = 0.0;
        for (var c = lane; c < uniforms.dim; c += ${WORKGROUP}) { let d = ${value} - mean; squares += d * d; }
        let inverse = inverseSqrt(total(squares, lane) / f32(uniforms.dim) + uniforms.epsilon);`;

/** One invocation an element, or four, each of which fetches from where it stood; with a norm one workgroup a token. */
export const intoWindowsWebgpu: KernelBody<IntoInputs, IntoAttrs> = ({ x, gain, bias }, attrs, backend) => {
  const { window, shift, byColumns = false, epsilon = 0 } = attrs;
  const [batch, height, width, dim] = x.shape;
  const [tall, wide] = paddedToWindows([height, width], window);
  const tokens = batch * tall * wide;
  const outputShape = [tokens / window ** 2, window ** 2, dim];
  const integers = { height, width, tall, wide, window, shift, columns: wide / window };
  if (gain !== undefined && bias !== undefined) {
    return runProgram(backend, {
      key: 'into_normed_windows',
      inputs: { x: { tensor: x }, gain: { tensor: gain }, bias: { tensor: bias } },
      outputShape,
      invocations: tokens * WORKGROUP,
      integers: { ...integers, tokens, dim },
      floats: { epsilon },
      code: `${PIXEL(false)}${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let token = index / ${WORKGROUP};
        let pixel = pixelOf(min(token, uniforms.tokens - 1));
        let at = max(pixel, 0) * uniforms.dim;${normalized('x[at + c]')}
        if (token >= uniforms.tokens) { return; }
        for (var c = lane; c < uniforms.dim; c += ${WORKGROUP}) {
          result[token * uniforms.dim + c] = select((x[at + c] - mean) * inverse * gain[c] + bias[c], 0.0, pixel < 0);
        }
      }`,
    });
  }
  const components = dim % 4 === 0 ? 4 : 1;
  const count = (tokens * dim) / components;
  const zero = components === 4 ? 'vec4<f32>(0.0)' : '0.0';
  return runProgram(backend, {
    key: `into_windows_${components}_${byColumns}`,
    inputs: { x: { tensor: x, components } },
    outputShape,
    outputComponents: components,
    invocations: count,
    integers: { ...integers, count, dim: dim / components },
    code: `${PIXEL(byColumns)}
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let pixel = pixelOf(index / uniforms.dim);
        if (pixel < 0) { result[index] = ${zero}; return; }
        result[index] = x[pixel * uniforms.dim + index % uniforms.dim];
      }`,
  });
};

/** One invocation an element of the map, or four; with a norm one workgroup a pixel. */
export const fromWindowsWebgpu: KernelBody<FromInputs, FromAttrs> = (inputs, attrs, backend) => {
  const { windows, residual, gain } = inputs;
  const { window, shift, size } = attrs;
  const [height, width] = size;
  const dim = windows.shape[2];
  const [tall, wide] = paddedToWindows(size, window);
  const batch = (windows.shape[0] * window ** 2) / (tall * wide);
  const shape = [batch, height, width, dim];
  const integers = { height, width, tall, wide, window, shift };
  if (gain !== undefined) return sumAndNorm(backend, inputs, { shape, integers, epsilon: attrs.epsilon! });
  const components = dim % 4 === 0 ? 4 : 1;
  const count = (batch * height * width * dim) / components;
  return runProgram(backend, {
    key: `from_windows_${components}_${residual !== undefined}`,
    inputs: {
      windows: { tensor: windows, components },
      ...(residual && { residual: { tensor: residual, components } }),
    },
    outputShape: shape,
    outputComponents: components,
    invocations: count,
    integers: { ...integers, count, dim: dim / components },
    code: `${TOKEN}
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let at = tokenOf(index / uniforms.dim) * uniforms.dim + index % uniforms.dim;
        result[index] = windows[at]${residual ? ' + residual[index]' : ''};
      }`,
  });
};

/** @param map Shape of the map, and the uniforms of its cut @returns The sum and its norm */
function sumAndNorm(
  backend: tf.KernelBackend,
  { windows, residual, gain, bias }: FromInputs,
  { shape, integers, epsilon }: { shape: number[]; integers: Record<string, number>; epsilon: number },
): tf.TensorInfo[] {
  const [batch, height, width, dim] = shape as [number, number, number, number];
  const pixels = batch * height * width;
  return runShader(backend, {
    key: 'from_windows_then_norm',
    inputs: {
      ...{ windows: { tensor: windows }, residual: { tensor: residual! } },
      ...{ gain: { tensor: gain! }, bias: { tensor: bias! } },
    },
    outputs: { added: { shape }, normed: { shape } },
    invocations: pixels * WORKGROUP,
    integers: { ...integers, pixels, dim },
    floats: { epsilon },
    code: `${TOKEN}${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let own = min(index / ${WORKGROUP}, uniforms.pixels - 1);
        let at = tokenOf(own) * uniforms.dim;
        let to = own * uniforms.dim;${normalized('windows[at + c] + residual[to + c]')}
        if (index / ${WORKGROUP} >= uniforms.pixels) { return; }
        for (var c = lane; c < uniforms.dim; c += ${WORKGROUP}) {
          let value = windows[at + c] + residual[to + c];
          added[to + c] = value;
          normed[to + c] = (value - mean) * inverse * gain[c] + bias[c];
        }
      }`,
  });
}
