import type { KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, withScratch, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Elements whose squares are summed on their own, as in assembly/optimizer.ts. */
const CHUNK = 16_384;
/** Chunks that are worth a thread: about 50 μs. */
const GRAIN = 8;

/** Sums of squares of chunks in double precision, joined here in their order: the same bytes for any number of threads. */
export const globalNormWasm: KernelBody<Inputs, Attrs> = (inputs, _, given) => {
  const backend = given as WasmBackend;
  const tensors = Object.values(inputs);
  const most = Math.max(...tensors.map(({ size }) => Math.ceil(size / CHUNK)));
  let total = 0;
  withScratch(backend, 8 * most, (scratch) => {
    for (const tensor of tensors) {
      const count = Math.ceil(tensor.size / CHUNK);
      wasmModule(backend).run('sumSquares', [addressOf(backend, tensor), scratch, tensor.size], {
        to: count,
        grain: GRAIN,
      });
      for (const sum of new Float64Array(backend.wasm.HEAPU8.buffer, scratch, count)) total += sum;
    }
  });
  const norm = Math.sqrt(Math.fround(total)); // squares beyond float32 are infinite on every other backend too
  return writeTensor(backend, [], (to) => {
    new Float32Array(backend.wasm.HEAPU8.buffer, to, 1)[0] = norm;
  });
};
