import type { KernelBody } from '../define-kernel.ts';
import { addressOf, allocateZeros, type WasmBackend, withTable } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { GradientAttrs, GradientInputs } from './types.ts';

export const resizeGradientWasm: KernelBody<GradientInputs, GradientAttrs> = ({ dy }, { rows, columns }, given) => {
  const backend = given as WasmBackend;
  const [batch, height, width, channels] = dy.shape;
  const out = allocateZeros(backend, [batch, rows.from, columns.from, channels]);
  withTable(backend, rows.packed(), (rowTable) =>
    withTable(backend, columns.packed(), (columnTable) => {
      const [from, to] = [addressOf(backend, dy), addressOf(backend, out)];
      const sizes = [batch, rows.from, columns.from, height, width, channels];
      wasmKernels(backend).resizeGradient(from, to, rowTable, columnTable, ...sizes);
    }),
  );
  return out;
};
