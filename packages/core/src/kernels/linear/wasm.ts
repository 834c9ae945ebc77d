import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { multiply } from '../wasm/products.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import type { Attrs, Inputs } from './types.ts';

/** The product as it is: through tfjs's own op it takes seven reshapes. */
export const linearWasm: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, given) => {
  const backend = given as WasmBackend;
  const [rows, inner] = x.shape as [number, number];
  const columns = weight.shape[1]!;
  if (sizeFromShape([rows, inner, columns]) === 0) return null;
  const product = { rows, inner, columns, bias: bias && addressOf(backend, bias), relu: activation === 'relu' };
  const [a, b] = [addressOf(backend, x), addressOf(backend, weight)];
  return writeTensor(backend, [rows, columns], (out) => multiply(backend, product, { a, b, out }));
};
