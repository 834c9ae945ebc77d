import type { KernelBody } from '../define-kernel.ts';
import { addressOf, clear, type WasmBackend, withTable, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { GradientAttrs, GradientInputs } from './types.ts';

export const resizeGradientWasm: KernelBody<GradientInputs, GradientAttrs> = ({ dy }, { rows, columns }, given) => {
  const backend = given as WasmBackend;
  const [batch, height, width, channels] = dy.shape;
  const shape = [batch, rows.from, columns.from, channels];
  const sizes = [batch, rows.from, columns.from, height, width, channels];
  return writeTensor(backend, shape, (to) => {
    clear(backend, to, shape);
    withTable(backend, rows.packed(), (rowTable) =>
      withTable(backend, columns.packed(), (columnTable) =>
        wasmKernels(backend).resizeGradient(addressOf(backend, dy), to, rowTable, columnTable, ...sizes),
      ),
    );
  });
};
