import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { FromAttrs, FromInputs, IntoAttrs, IntoInputs } from './types.ts';
import { paddedToWindows } from './windows.ts';

/** One invocation an element, or four: each fetches from where it stood. */
export const intoWindowsWebgpu: KernelBody<IntoInputs, IntoAttrs> = ({ x }, { window, shift }, backend) => {
  const [batch, height, width, dim] = x.shape;
  const [tall, wide] = paddedToWindows([height, width], window);
  const components = dim % 4 === 0 ? 4 : 1;
  const count = (batch * tall * wide * dim) / components;
  const zero = components === 4 ? 'vec4<f32>(0.0)' : '0.0';
  return runProgram(backend, {
    key: `into_windows_${components}`,
    inputs: { x: { tensor: x, components } },
    outputShape: [(batch * tall * wide) / window ** 2, window ** 2, dim],
    outputComponents: components,
    invocations: count,
    integers: { ...{ count, height, width, tall, wide, window, shift }, dim: dim / components, columns: wide / window },
    code: `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let token = index / uniforms.dim;
        let cell = token % (uniforms.window * uniforms.window);
        let place = token / (uniforms.window * uniforms.window);
        let line = place / uniforms.columns; // of [B, rows]
        let rows = uniforms.tall / uniforms.window;
        let y = ((line % rows) * uniforms.window + cell / uniforms.window + uniforms.shift) % uniforms.tall;
        let left = (place % uniforms.columns) * uniforms.window;
        let column = (left + cell % uniforms.window + uniforms.shift) % uniforms.wide;
        if (y >= uniforms.height || column >= uniforms.width) { result[index] = ${zero}; return; }
        let pixel = ((line / rows) * uniforms.height + y) * uniforms.width + column;
        result[index] = x[pixel * uniforms.dim + index % uniforms.dim];
      }`,
  });
};

/** One invocation an element, or four, of the map. */
export const fromWindowsWebgpu: KernelBody<FromInputs, FromAttrs> = (inputs, { window, shift, size }, backend) => {
  const { windows, residual } = inputs;
  const [height, width] = size;
  const dim = windows.shape[2];
  const [tall, wide] = paddedToWindows(size, window);
  const batch = (windows.shape[0] * window ** 2) / (tall * wide);
  const components = dim % 4 === 0 ? 4 : 1;
  const count = (batch * height * width * dim) / components;
  return runProgram(backend, {
    key: `from_windows_${components}_${residual !== undefined}`,
    inputs: {
      windows: { tensor: windows, components },
      ...(residual && { residual: { tensor: residual, components } }),
    },
    outputShape: [batch, height, width, dim],
    outputComponents: components,
    invocations: count,
    integers: { ...{ count, height, width, tall, wide, window, shift }, dim: dim / components },
    code: `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let pixel = index / uniforms.dim;
        let line = pixel / uniforms.width; // of [B, H]
        let y = (line % uniforms.height - uniforms.shift + uniforms.tall) % uniforms.tall;
        let column = (pixel % uniforms.width - uniforms.shift + uniforms.wide) % uniforms.wide;
        let rows = uniforms.tall / uniforms.window;
        let columns = uniforms.wide / uniforms.window;
        let place = ((line / uniforms.height) * rows + y / uniforms.window) * columns + column / uniforms.window;
        let cell = (y % uniforms.window) * uniforms.window + column % uniforms.window;
        let at = (place * uniforms.window * uniforms.window + cell) * uniforms.dim + index % uniforms.dim;
        result[index] = windows[at]${residual ? ' + residual[index]' : ''};
      }`,
  });
};
