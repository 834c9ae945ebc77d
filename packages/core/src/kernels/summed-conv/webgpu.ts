import { windowsOperand } from '../conv2d/webgpu-windows.ts';
import type { KernelBody } from '../define-kernel.ts';
import { productInTiles } from '../webgpu/product-tiles.ts';
import type { Attrs, Inputs } from './types.ts';

/** Both products go into the same sums: what is skipped is neither projected to memory nor read from there. */
export const summedConvWebgpu: KernelBody<Inputs, Attrs> = (inputs, { strides, activation }, backend) => {
  const { x, filter, skipped, shortcut, bias } = inputs;
  const [batch, height, width] = x.shape;
  const columns = filter.shape[3];
  if (columns % 4 !== 0) return null;
  const alone = { padding: [[0, 0], [0, 0]] as [[number, number], [number, number]], dilation: 1, size: [height, width] as const }; // biome-ignore format: zeros
  return productInTiles(backend, {
    ...{ rows: batch * height * width, columns, bias, activation, outputShape: [batch, height, width, columns] },
    operands: [
      windowsOperand({ ...alone, name: 'x', map: x, filter, strides: [1, 1] }),
      windowsOperand({ ...alone, name: 'skipped', map: skipped, filter: shortcut, strides }),
    ],
  });
};
