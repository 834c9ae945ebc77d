import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, withBlocks, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Keys and queries worked on at a time, as in assembly/attend.ts. */
const [KEYS, QUERIES] = [256, 108];
/** Products of a query, a key and a channel that are worth a thread: about 50 μs. */
const GRAIN = 500_000;
/** Place of the factor among the words of a job. */
const SCALE = 12;

/** Attention in blocks of keys, without its matrix of weights. A head is a unit of work. */
export const attentionWasm: KernelBody<Inputs, Attrs> = ({ query, key, value, bias }, { scale }, given) => {
  const backend = given as WasmBackend;
  const [batch, queries, heads, channels] = query.shape;
  const keys = key.shape[1];
  const steps = bias === undefined ? [0, 0, 0] : stepsOf(bias.shape, queries, keys);
  if (channels % 4 !== 0 || steps === null || sizeFromShape(query.shape) * keys === 0) return null;
  const module = wasmModule(backend);
  const scratchBytes = 4 * (QUERIES * (KEYS + 2 * channels + 6) + KEYS * (channels + 4));
  const inputs = [query, key, value].map((tensor) => addressOf(backend, tensor));
  const added = bias === undefined ? 0 : addressOf(backend, bias);
  return writeTensor(backend, query.shape, (to) =>
    withBlocks(backend, [60, scratchBytes * module.threadCount], ([job, scratch]) => {
      const words = [...inputs, added, to, queries, keys, heads, channels, ...steps, 0, scratch!, scratchBytes];
      const heap = backend.wasm.HEAPU8.buffer;
      new Int32Array(heap, job, words.length).set(words);
      new Float32Array(heap, job! + 4 * SCALE, 1)[0] = scale;
      module.run('attend', [job!], { to: batch * heads, grain: Math.ceil(GRAIN / (queries * keys * channels)) });
    }),
  );
};

/** Bytes from batch to batch, head to head and query to query of a bias [B|1, h|1, N|1, L]; null of other shapes. */
function stepsOf(shape: number[], queries: number, keys: number): [number, number, number] | null {
  const [batch, heads, rows, columns] = shape as [number, number, number, number];
  if (columns !== keys || (rows !== queries && rows !== 1)) return null;
  const matrix = 4 * rows * keys;
  return [batch === 1 ? 0 : heads * matrix, heads === 1 ? 0 : matrix, rows === 1 ? 0 : 4 * keys];
}
