import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

import { BackendError } from '../errors.ts';
import { gelu } from '../kernels/gelu/gelu.ts';
import { type BufferGiver, limitBindings } from './binding-limit.ts';

describe('tensors beyond what an adapter binds', () => {
  const given = (data: { shape: number[]; values?: unknown; resource?: unknown }) => {
    const uploaded: object[] = [];
    const tensorMap = new Map<object, typeof data>();
    const dataId = {};
    tensorMap.set(dataId, data);
    const backend = { tensorMap, uploadToGPU: (id: object) => void uploaded.push(id) };
    limitBindings(backend as unknown as BufferGiver, 48);
    return { upload: () => backend.uploadToGPU(dataId), uploaded, tensorMap };
  };

  test('are refused with their size, results are forgotten and values kept', () => {
    const message = 'expected tensors of at most 48 bytes, which this adapter binds, got [1, 13] of 52';
    const result = given({ shape: [1, 13] });
    expect(result.upload).toThrow(new BackendError(`webgpu: ${message}`));
    expect([result.uploaded.length, result.tensorMap.size]).toEqual([0, 0]);
    const values = given({ shape: [1, 13], values: new Float32Array(13) });
    expect(values.upload).toThrow(message);
    expect(values.tensorMap.size).toBe(1);
  });

  test('others get their buffers', () => {
    const { upload, uploaded } = given({ shape: [3, 4] });
    upload();
    expect(uploaded).toHaveLength(1);
  });
});

onEveryBackend(
  'a pass beyond what the adapter binds',
  () => {
    test.each([
      ['a kernel of tfjs', (x: tf.Tensor) => tf.add(x, 1)],
      ['a kernel of ours', (x: tf.Tensor) => gelu(x)],
    ])('%s: fails with the number, and the next pass answers', async (_, run) => {
      const backend = tf.backend() as unknown as BufferGiver;
      const upload = backend.uploadToGPU;
      const [x, small] = [tf.ones([5, 5]), tf.ones([2])];
      limitBindings(backend, 64);
      try {
        expect(() => tf.tidy(() => run(x))).toThrow('expected tensors of at most 64 bytes');
        expect(await run(small).data()).toHaveLength(2);
      } finally {
        backend.uploadToGPU = upload;
      }
    });
  },
  { only: ['webgpu'] },
);
