import type { KernelBody } from '../define-kernel.ts';
import { isHalves, storesHalves } from '../webgpu/half-storage.ts';
import { productInTiles } from '../webgpu/product-tiles.ts';
import { tiledProduct } from '../webgpu/tiled-product.ts';
import type { Attrs, FilterGradientInputs, GradientAttrs, InputGradientInputs, Inputs } from './types.ts';
import { windowsOperand } from './webgpu-windows.ts';

/** A product of the windows that the filter sees, where maps are stored as halves; elsewhere the convolution of tfjs. */
export const conv2dWebgpu: KernelBody<Inputs, Attrs> = ({ x, filter, bias }, attrs, backend) => {
  const { strides, padding, dilation, activation } = attrs;
  const [tall, wide, , columns] = filter.shape;
  const side = (axis: 0 | 1, taps: number) =>
    Math.floor((x.shape[1 + axis]! + padding[axis][0] + padding[axis][1] - (taps - 1) * dilation - 1) / strides[axis]) +
    1;
  const size = [side(0, tall), side(1, wide)] as const;
  const outputShape = [x.shape[0], ...size, columns];
  const rows = x.shape[0] * size[0] * size[1];
  if (columns % 4 !== 0 || rows === 0) return null;
  if (!isHalves(backend, x) && !storesHalves(rows * columns)) return null;
  const windows = windowsOperand({ name: 'x', map: x, filter, size, strides, padding, dilation });
  return productInTiles(backend, { rows, columns, operands: [windows], bias, activation, outputShape });
};

/** Rows are taps and input channels, columns output channels, terms pixels of the output. */
export const filterGradientWebgpu: KernelBody<FilterGradientInputs, GradientAttrs> = ({ dy, x }, attrs, backend) => {
  const [filterHeight, filterWidth, inputs, outputs] = attrs.shape;
  return tiledProduct(backend, {
    key: 'filter_gradient',
    inputs: { x: { tensor: x }, dy: { tensor: dy } },
    integers: { inputs, filterWidth, ...sizesOf(x.shape, dy.shape, attrs) },
    ...{ rows: filterHeight * filterWidth * inputs, columns: outputs, terms: dy.size / outputs, alongTerms: false },
    outputShape: attrs.shape,
    code: `
      fn leftAt(row: i32, k: i32) -> f32 {
        let tap = row / uniforms.inputs;
        let line = k / uniforms.w;
        let y = (line % uniforms.h) * uniforms.strideY - uniforms.top + (tap / uniforms.filterWidth) * uniforms.dilation;
        let x0 = (k % uniforms.w) * uniforms.strideX - uniforms.left + (tap % uniforms.filterWidth) * uniforms.dilation;
        if (y < 0 || y >= uniforms.H || x0 < 0 || x0 >= uniforms.W) { return 0.0; }
        return x[(((line / uniforms.h) * uniforms.H + y) * uniforms.W + x0) * uniforms.inputs + row % uniforms.inputs];
      }
      fn rightAt(k: i32, column: i32) -> f32 { return dy[k * uniforms.columns + column]; }`,
  });
};

/** Rows are pixels of the input, columns input channels, terms taps and output channels. */
export const inputGradientWebgpu: KernelBody<InputGradientInputs, GradientAttrs> = ({ dy, filter }, attrs, backend) => {
  const { shape } = attrs;
  const [filterHeight, filterWidth, inputs, outputs] = filter.shape;
  return tiledProduct(backend, {
    key: 'input_gradient',
    inputs: { dy: { tensor: dy }, weights: { tensor: filter } },
    integers: { outputs, filterWidth, ...sizesOf(shape, dy.shape, attrs) },
    ...{ rows: shape[0] * shape[1] * shape[2], columns: inputs, terms: filterHeight * filterWidth * outputs },
    alongTerms: true,
    outputShape: shape,
    code: `
      fn leftAt(row: i32, k: i32) -> f32 {
        let tap = k / uniforms.outputs;
        let line = row / uniforms.W;
        let y = line % uniforms.H + uniforms.top - (tap / uniforms.filterWidth) * uniforms.dilation;
        let x = row % uniforms.W + uniforms.left - (tap % uniforms.filterWidth) * uniforms.dilation;
        if (y < 0 || x < 0 || y % uniforms.strideY != 0 || x % uniforms.strideX != 0) { return 0.0; }
        let at = vec2<i32>(y / uniforms.strideY, x / uniforms.strideX);
        if (at.x >= uniforms.h || at.y >= uniforms.w) { return 0.0; }
        return dy[(((line / uniforms.H) * uniforms.h + at.x) * uniforms.w + at.y) * uniforms.outputs + k % uniforms.outputs];
      }
      fn rightAt(k: i32, column: i32) -> f32 {
        return weights[((k / uniforms.outputs) * uniforms.columns + column) * uniforms.outputs + k % uniforms.outputs];
      }`,
  });
};

/** Height and width of the input as H and W, of the output as h and w, and how the filter goes over them. */
function sizesOf(
  [, H, W]: readonly number[],
  [, h, w]: readonly number[],
  { strides, padding, dilation }: GradientAttrs,
): Record<string, number> {
  const [[top], [left]] = padding;
  return { H: H!, W: W!, h: h!, w: w!, strideY: strides[0], strideX: strides[1], top, left, dilation };
}
