import type { KernelBody } from '../define-kernel.ts';
import { columnSums } from '../webgpu/column-sums.ts';
import type { Attrs, Inputs } from './types.ts';

export const sumRowsWebgpu: KernelBody<Inputs, Attrs> = ({ x }, { channels }, backend) =>
  x.size === 0
    ? null
    : columnSums(backend, {
        key: 'sum_rows',
        inputs: { x: { tensor: x } },
        ...{ rows: x.size / channels, channels },
        values: { sums: 'x[i]' },
      })[0]!;
