import { readFileSync } from 'node:fs';
import type { ParamSource } from '@seg/checkpoint/safetensors';
import { ParamStore, type Size } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { MaskDecoder } from './mask-decoder.ts';

type Formula = { shape: number[]; seed: number; scale?: number; offset?: number };
type Fixture = {
  d_model: number;
  heads: number;
  blocks: number;
  hw: Size[];
  params: Record<string, Formula>;
  memory: Formula;
  query: Formula;
  query_pos: Formula | null;
  tail_mask: number[];
  block_masks: number[][];
  queries: number[][];
};

// What the authors' mask heads make of the same formula values in float64: maps of 5×7, 3×4 and 2×2.
const fixtures = JSON.parse(readFileSync(new URL('./fixtures/mask-heads.json', import.meta.url), 'utf8')) as {
  things: Fixture;
  stuff: Fixture;
};

/** Element i is offset + scale · sin(0.37 i + 1.3 seed). */
function formula({ shape, seed, scale = 1, offset = 0 }: Formula): Float32Array {
  const length = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed));
}

function parameters({ params }: Fixture): ParamSource {
  return {
    keys: () => Object.keys(params).values(),
    read: (key) => (key in params ? { shape: params[key].shape, values: formula(params[key]) } : null),
  };
}

function create(fixture: Fixture): { decoder: MaskDecoder; params: ParamStore } {
  const params = new ParamStore(parameters(fixture));
  const ffnDim = fixture.params['blocks.0.mlp.fc1.bias'].shape[0];
  const config = { dim: fixture.d_model, numHeads: fixture.heads, ffnDim, numBlocks: fixture.blocks };
  const decoder = new MaskDecoder(params.root, { ...config, selfAttention: fixture.query_pos !== null });
  params.verify();
  return { decoder, params };
}

function inputsOf({ memory, query, query_pos: position, hw }: Fixture) {
  const tokens = (of: Formula) => tf.tensor3d(formula(of), of.shape as [number, number, number]);
  return {
    queries: tokens(query),
    memory: tokens(memory),
    levels: hw,
    ...(position ? { position: tf.squeeze<tf.Tensor2D>(tokens(position), [0]) } : {}),
  };
}

// The kernels' own float32 errors through three blocks; values are of the order of 1.
const TOLERANCE = { absolute: 2e-5, relative: 0 };

onEveryBackend("The authors' mask decoders on maps of odd sizes", () => {
  test.each(['things', 'stuff'] as const)('%s: queries and masks of all blocks and the tail', async (kind) => {
    const fixture = fixtures[kind];
    const { decoder, params } = create(fixture);
    const states = tf.tidy(() =>
      decoder
        .forward(inputsOf(fixture))
        .map(({ queries, masks }) => ({ queries, masks: tf.transpose(masks, [0, 3, 1, 2]) })),
    );
    const masks = [...fixture.block_masks, fixture.tail_mask];
    expect(states.length).toBe(masks.length);
    for (const [i, expected] of masks.entries()) await expectClose(states[i].masks, expected, TOLERANCE);
    for (const [i, expected] of fixture.queries.entries()) await expectClose(states[i].queries, expected, TOLERANCE);
    tf.dispose(states as tf.TensorContainer);
    params.dispose();
  });
});
