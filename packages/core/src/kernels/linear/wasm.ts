import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { multiply } from '../wasm/products.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import type { Attrs, Inputs } from './types.ts';

/** The product as it is: through tfjs's own op it takes seven reshapes. */
export const linearWasm: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, given) => {
  const backend = given as WasmBackend;
  if (x.dtype !== 'float32' || weight.dtype !== 'float32') return null;
  const [rows, inner] = x.shape as [number, number];
  const columns = weight.shape[1]!;
  if (sizeFromShape([rows, inner, columns]) === 0) return null;
  const out = allocate(backend, [rows, columns]);
  const shift = bias && addressOf(backend, bias);
  const operands = { a: addressOf(backend, x), b: addressOf(backend, weight), out: addressOf(backend, out) };
  multiply(backend, { rows, inner, columns, bias: shift, relu: activation === 'relu' }, operands);
  return out;
};
