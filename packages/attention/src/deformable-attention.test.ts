import { readFileSync } from 'node:fs';
import type { ParamSource } from '@seg/checkpoint/safetensors';
import { deformableSampling, ParamStore, type Size } from '@seg/core';
import { expectClose, onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { cellCenters, DeformableAttention } from './deformable-attention.ts';
import { paddedSinePosition, sinePosition } from './position/sine-position.ts';

type Formula = { shape: number[]; seed: number; scale?: number; offset?: number };
type Core = { spatial_shapes: Size[] } & Record<'value' | 'locations' | 'logits' | 'upstream', Formula> &
  Record<'output' | 'd_value' | 'd_locations' | 'd_logits', number[]>;
type Module = {
  spatial_shapes: Size[];
  params: Record<string, Formula>;
  masked_tokens: number[];
  output: { ref2: number[]; ref4: number[] };
} & Record<'embed' | 'heads' | 'levels' | 'points', number> &
  Record<'query' | 'query_pos' | 'value' | 'ref2' | 'ref4_wh', Formula>;

// What Panoptic SegFormer's authors' attention makes of the same formula values in float64.
const { cases } = JSON.parse(readFileSync(new URL('./fixtures/deformable.json', import.meta.url), 'utf8')) as {
  cases: { msda_core: Core; msda_module: Module; sine_pe: Record<'output' | 'unpadded', number[]> };
};

/** Eight digits are printed; float32 keeps about seven of the largest. */
const TOLERANCE = { absolute: 5e-6, relative: 5e-6 };

/** Element i is offset + scale · sin(0.37 i + 1.3 seed). */
function formula<T extends tf.Tensor>({ shape, seed, scale = 1, offset = 0 }: Formula): T {
  const length = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed));
  return tf.tensor(values, shape) as T;
}

onEveryBackend("The authors' deformable attention", () => {
  test('sampling: values, and gradients in values, locations and weights', async () => {
    const core = cases.msda_core;
    const [value, locations, logits] = [
      formula<tf.Tensor4D>(core.value),
      formula(core.locations),
      formula(core.logits),
    ];
    const [batch, queries, heads] = logits.shape;
    const sample = (v: tf.Tensor, at: tf.Tensor, l: tf.Tensor) => {
      const weights = tf.reshape(tf.softmax(l), [batch, queries, heads, core.spatial_shapes.length, -1]) as tf.Tensor5D;
      return deformableSampling(v as tf.Tensor4D, at as tf.Tensor<tf.Rank.R6>, weights, core.spatial_shapes);
    };
    await expectClose(sample(value, locations, logits), core.output, TOLERANCE);
    const upstream = formula(core.upstream);
    const loss = (v: tf.Tensor, at: tf.Tensor, l: tf.Tensor) => tf.sum(tf.mul(sample(v, at, l), upstream)) as tf.Scalar;
    const [dValue, dLocations, dLogits] = tf.grads(loss)([value, locations, logits]);
    await expectClose(dValue, core.d_value, TOLERANCE);
    await expectClose(dLocations, core.d_locations, TOLERANCE);
    await expectClose(dLogits, core.d_logits, TOLERANCE);
  });

  test.each(['ref2', 'ref4'] as const)('the whole module with padding, %s: points and boxes', async (kind) => {
    const { params, spatial_shapes: levels, masked_tokens: masked, ...golden } = cases.msda_module;
    const store = new ParamStore(source(params));
    const config = { dim: golden.embed, numHeads: golden.heads, numLevels: golden.levels, numPoints: golden.points };
    const attention = new DeformableAttention(store.root, config);
    store.verify();
    const tokens = (of: Formula) => tf.transpose(formula<tf.Tensor3D>(of), [1, 0, 2]); // from [tokens, B, C]
    const query = tokens(golden.query);
    const points = formula<tf.Tensor4D>(golden.ref2);
    const reference = kind === 'ref2' ? points : tf.concat([points, formula<tf.Tensor4D>(golden.ref4_wh)], 3);
    const value = tokens(golden.value);
    const valid = tf.tensor2d(Array.from({ length: value.shape[1] }, (_, i) => Number(!masked.includes(i))), [1, value.shape[1]]); // biome-ignore format: one step
    const gathered = attention.forward({
      query: tf.add(query, tokens(golden.query_pos)),
      value,
      reference,
      levels,
      valid,
    });
    await expectClose(tf.add(gathered, query), golden.output[kind], TOLERANCE); // theirs adds the query
    store.dispose();
  });

  test("positions with Panoptic SegFormer's half-cell offset", async () => {
    const positions = tf.reshape(sinePosition(3, 5, { dim: 8, offset: -0.5 }), [3, 5, 8]);
    await expectClose(tf.transpose(positions, [2, 0, 1]), cases.sine_pe.unpadded, TOLERANCE);
  });

  test('positions where the last column and row are padding', async () => {
    const positions = tf.reshape(paddedSinePosition([3, 5], [2, 4], { dim: 8, offset: -0.5 }), [3, 5, 8]);
    await expectClose(tf.transpose(positions, [2, 0, 1]), cases.sine_pe.output, TOLERANCE);
  });
});

function source(params: Record<string, Formula>): ParamSource {
  return {
    keys: () => Object.keys(params).values(),
    read: (key) => {
      if (!(key in params)) return null;
      const { shape, seed, scale = 1, offset = 0 } = params[key];
      const length = shape.reduce((product, side) => product * side, 1);
      return {
        shape,
        values: Float32Array.from({ length }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed)),
      };
    },
  };
}

onEveryBackend('deformable attention in steps', (backend) => {
  // 3 · 10⁵ operations a query on wasm, so that 6592 of 6700 are a step of two threads
  const [dim, levels]: [number, Size[]] = backend === 'wasm' ? [256, [[70, 70], [35, 40], [20, 20]]] : [16, [[4, 4], [2, 3], [1, 2]]]; // biome-ignore format: levels side by side

  test.each([true, false])('many queries, padding %s: the bytes of the whole, and nothing left', async (isPadded) => {
    const params = new ParamStore();
    const attention = new DeformableAttention(params.root, { dim, numHeads: 8, numLevels: 3, numPoints: 4 });
    const count = levels.reduce((sum, [height, width]) => sum + height * width, 0);
    const [query, value] = [1, 2].map((seed) => tf.randomNormal([1, count, dim], 0, 1, 'float32', seed) as tf.Tensor3D);
    const reference = cellCenters(levels);
    const valid = isPadded ? (tf.cast(tf.range(0, count), 'bool') as tf.Tensor) : undefined;
    const known = valid && (tf.cast(tf.expandDims(valid, 0), 'float32') as tf.Tensor2D); // all but the first
    const inputs = { query, value, reference, levels, valid: known };
    const whole = attention.forward(inputs);
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(attention.forwardSteps(inputs));
    if (backend === 'wasm')
      expect(turns).toBeGreaterThanOrEqual(2); // values, and two parts of the queries or more
    else expect(turns).toBe(0);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(Buffer.compare(new Uint8Array(stepped.buffer), new Uint8Array(expected.buffer))).toBe(0);
    tf.dispose([query, value, reference, valid ?? [], known ?? [], whole, result]);
    params.dispose();
  });
});
