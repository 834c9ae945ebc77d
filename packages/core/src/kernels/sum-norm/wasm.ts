import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Elements that are worth a thread, as in layer norm. */
const GRAIN = 65_536;

export const sumNormWasm: KernelBody<Inputs, Attrs> = ({ x, branch, gain, bias, nextGain }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0 || nextGain !== undefined) return null;
  const backend = given as WasmBackend;
  const inputs = [x, branch, gain, bias].map((tensor) => addressOf(backend, tensor));
  const rows = { to: sizeFromShape(x.shape) / width, grain: Math.ceil(GRAIN / width) };
  return writeTensor(backend, x.shape, (to) =>
    wasmModule(backend).run('sumNorm', [...inputs, to, width, epsilon], rows),
  );
};
