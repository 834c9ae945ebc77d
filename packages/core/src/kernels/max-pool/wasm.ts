import type { KernelBody } from '../define-kernel.ts';
import { addressOf, clear, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';
import { pooledShape } from './pooled-shape.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Elements that are worth a thread: nine comparisons each in a window of 3×3, so fewer than those of relu. */
const GRAIN = 32_768;

export const maxPoolWasm: KernelBody<Inputs, Attrs> = ({ x }, attrs, given) => {
  const backend = given as WasmBackend;
  const [, height, width, channels] = x.shape;
  const shape = pooledShape(x.shape, attrs);
  const windows = [...attrs.size, ...attrs.strides, attrs.padding[0][0], attrs.padding[1][0]];
  const sizes = [height, width, channels, shape[1], shape[2], ...windows];
  const rows = { to: shape[0] * shape[1], grain: Math.ceil(GRAIN / (shape[2] * channels)) };
  return writeTensor(backend, shape, (to) =>
    wasmModule(backend).run('maxPool', [addressOf(backend, x), to, ...sizes], rows),
  );
};

export const maxPoolGradientWasm: KernelBody<GradientInputs, Attrs> = (
  { dy, x, y },
  { size, strides, padding },
  given,
) => {
  const backend = given as WasmBackend;
  const inputs = [dy, x, y].map((tensor) => addressOf(backend, tensor));
  const sizes = [...x.shape, dy.shape[1], dy.shape[2], ...size, ...strides, padding[0][0], padding[1][0]];
  return writeTensor(backend, x.shape, (to) => {
    clear(backend, to, x.shape);
    wasmKernels(backend).maxPoolGradient(...inputs, to, ...sizes);
  });
};
