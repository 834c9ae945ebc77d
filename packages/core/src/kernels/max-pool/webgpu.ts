import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { runProgram } from '../webgpu/run-program.ts';
import { pooledShape } from './pooled-shape.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** One invocation an element, or four channels where they are whole vectors. NaN is told by its bits, since a compiler of shaders may take it that there is none. */
export const maxPoolWebgpu: KernelBody<Inputs, Attrs> = ({ x }, attrs, backend) => {
  const outputShape = pooledShape(x.shape, attrs);
  const { size, strides, padding } = attrs;
  const components = x.shape[3] % 4 === 0 ? 4 : 1;
  const count = sizeFromShape(outputShape) / components;
  const [number, flag] = components === 4 ? ['vec4<f32>', 'vec4<bool>'] : ['f32', 'bool'];
  return runProgram(backend, {
    key: `max_pool_${components}`,
    inputs: { x: { tensor: x, components, anyStorage: true } },
    outputShape,
    outputComponents: components === 4 ? 'any' : 1,
    invocations: count,
    integers: {
      count,
      H: x.shape[1],
      W: x.shape[2],
      C: x.shape[3] / components,
      h: outputShape[1],
      w: outputShape[2],
      sizeY: size[0],
      sizeX: size[1],
      strideY: strides[0],
      strideX: strides[1],
      padY: padding[0][0],
      padX: padding[1][0],
    },
    code: `
      fn isNone(v: ${number}) -> ${flag} { return (bitcast<${components === 4 ? 'vec4<u32>' : 'u32'}>(v) & ${bits('0x7fffffffu')}) > ${bits('0x7f800000u')}; }
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let channel = index % uniforms.C;
        let pixel = index / uniforms.C;
        let row = pixel / uniforms.w; // of [B, h]
        let top = (row % uniforms.h) * uniforms.strideY - uniforms.padY;
        let left = (pixel % uniforms.w) * uniforms.strideX - uniforms.padX;
        let image = (row / uniforms.h) * uniforms.H;
        var largest = ${number}(-3.402823e38);
        var isFirst = true;
        for (var i = max(0, top); i < min(uniforms.H, top + uniforms.sizeY); i++) {
          for (var j = max(0, left); j < min(uniforms.W, left + uniforms.sizeX); j++) {
            let v = xAt(((image + i) * uniforms.W + j) * uniforms.C + channel);
            largest = select(largest, v, ${flag}(isFirst) | isNone(v) | ((v > largest) & !isNone(largest)));
            isFirst = false;
          }
        }
        ${components === 4 ? 'resultPut(index, largest);' : 'result[index] = largest;'}
      }`,
  });

  function bits(value: string): string {
    return components === 4 ? `vec4<u32>(${value})` : value;
  }
};

/** One invocation a pixel of the input: of every window that sees it, whether it is the first to hold the maximum. */
export const maxPoolGradientWebgpu: KernelBody<GradientInputs, Attrs> = ({ dy, x, y }, attrs, backend) => {
  const { size, strides, padding } = attrs;
  const count = sizeFromShape(x.shape);
  return runProgram(backend, {
    key: 'max_pool_gradient',
    inputs: { dy: { tensor: dy }, x: { tensor: x }, y: { tensor: y } },
    outputShape: x.shape,
    invocations: count,
    integers: {
      ...{ count, H: x.shape[1], W: x.shape[2], C: x.shape[3], h: y.shape[1], w: y.shape[2] },
      ...{ sizeY: size[0], sizeX: size[1], strideY: strides[0], strideX: strides[1] },
      ...{ padY: padding[0][0], padX: padding[1][0] },
    },
    code: `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let channel = index % uniforms.C;
        let pixel = index / uniforms.C;
        let line = pixel / uniforms.W; // of [B, H]
        let image = line / uniforms.H;
        let row = line % uniforms.H + uniforms.padY;
        let column = pixel % uniforms.W + uniforms.padX;
        let value = x[index];
        var sum = 0.0;
        let firstY = max(0, (row - uniforms.sizeY + uniforms.strideY) / uniforms.strideY);
        let firstX = max(0, (column - uniforms.sizeX + uniforms.strideX) / uniforms.strideX);
        for (var i = firstY; i < min(uniforms.h, row / uniforms.strideY + 1); i++) {
          for (var j = firstX; j < min(uniforms.w, column / uniforms.strideX + 1); j++) {
            let at = ((image * uniforms.h + i) * uniforms.w + j) * uniforms.C + channel;
            if (value != y[at]) { continue; }
            let top = i * uniforms.strideY;
            let left = j * uniforms.strideX;
            var isFirst = row < top + uniforms.sizeY && column < left + uniforms.sizeX;
            for (var v = top; isFirst && v <= row; v++) {
              for (var u = left; u < left + uniforms.sizeX && (v < row || u < column); u++) {
                let seen = vec2<i32>(v - uniforms.padY, u - uniforms.padX);
                if (seen.x < 0 || seen.y < 0 || seen.x >= uniforms.H || seen.y >= uniforms.W) { continue; }
                if (x[((image * uniforms.H + seen.x) * uniforms.W + seen.y) * uniforms.C + channel] == value) { isFirst = false; }
              }
            }
            if (isFirst) { sum += dy[at]; }
          }
        }
        result[index] = sum;
      }`,
  });
};
