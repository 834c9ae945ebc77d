import type { KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, withBlocks, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import { levelTable } from './level-table.ts';
import type { OffsetAttrs, OffsetInputs } from './types.ts';

/** Words of `Sampling` in assembly/offset-sampling.ts. */
const WORDS = 18;
/** Queries that are worth a thread: those of a published model take 3 μs each. */
const GRAIN = 32;

/** Softmax, locations and samples in one pass over the queries. */
export const offsetSamplingWasm: KernelBody<OffsetInputs, OffsetAttrs> = (inputs, { levels }, given) => {
  const { value, offsets, logits, reference } = inputs;
  const backend = given as WasmBackend;
  const [batch, tokens, heads, depth] = value.shape;
  const queries = logits.shape[1]!;
  const points = logits.shape[2]! / (heads * levels.length);
  const [refBatches, , refLevels, coordinates] = reference.shape;
  const table = levelTable(levels);
  const samples = levels.length * points;
  const scratchBytes = 4 * (4 * Math.ceil(samples / 4) + 8 * samples);
  const module = wasmModule(backend);
  const blocks = [4 * WORDS, table.byteLength, scratchBytes * module.threadCount];
  return writeTensor(backend, [batch, queries, heads * depth], (to) =>
    withBlocks(backend, blocks, ([job, place, scratch]) => {
      const heap = backend.wasm.HEAPU8.buffer;
      new Int32Array(heap, place, table.length).set(table);
      const ofQuery = 4 * refLevels * coordinates;
      new Int32Array(heap, job, WORDS).set([
        ...[value, offsets, logits, reference].map((tensor) => addressOf(backend, tensor)),
        ...[place!, to, tokens, queries, heads, depth, levels.length, points],
        ...[refBatches === 1 ? 0 : queries * ofQuery, ofQuery],
        ...[refLevels === 1 ? 0 : 4 * coordinates, coordinates === 4 ? 1 : 0],
        ...[scratch!, scratchBytes],
      ]);
      module.run('offsetSampling', [job!], { to: batch * queries, grain: GRAIN });
    }),
  );
};
