import type { KernelBody } from '../define-kernel.ts';
import { LOWEST, reduction, sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** Channels of a head that an invocation holds, as in attention. */
const MOST_CHANNELS = 128;

/** One workgroup a pixel and head; lanes go through the line that it looks along, as attention goes through its keys. */
export const axialAttentionWebgpu: KernelBody<Inputs, Attrs> = (inputs, { numHeads, keyDim, axis }, backend) => {
  const { packed, queryTable, keyTable, valueTable, similarityScale, retrievedScale, shift } = inputs;
  const [batch, height, width, dim] = packed.shape;
  const valueDim = dim - 2 * keyDim;
  const [keySize, valueSize] = [keyDim / numHeads, valueDim / numHeads];
  if (keySize % 4 !== 0 || valueSize % 4 !== 0 || valueSize > MOST_CHANNELS || keySize > MOST_CHANNELS) return null;
  const pixels = batch * height * width;
  const farthest = (queryTable.shape[0]! - 1) / 2;
  return runProgram(backend, {
    key: `axial_attention_${keySize}_${valueSize}_${axis}`,
    inputs: {
      packed: { tensor: packed, components: 4 },
      queryTable: { tensor: queryTable, components: 4 },
      keyTable: { tensor: keyTable, components: 4 },
      valueTable: { tensor: valueTable, components: 4 },
      similarityScale: { tensor: similarityScale },
      retrievedScale: { tensor: retrievedScale, components: 4 },
      shift: { tensor: shift, components: 4 },
    },
    outputShape: [batch, height, width, valueDim],
    outputComponents: 4,
    invocations: pixels * numHeads * WORKGROUP,
    integers: { all: pixels * numHeads, heads: numHeads, height, width, token: dim / 4, farthest },
    code: shader(keySize / 4, valueSize / 4, axis),
  });
};

/** @param k Vectors of a head's keys @param v Vectors of its values */
function shader(k: number, v: number, axis: 1 | 2): string {
  const eachKey = `for (var c = 0; c < ${k}; c++)`;
  const eachValue = `for (var c = 0; c < ${v}; c++)`;
  return `${sum('total', 'vec4<f32>')}${reduction('largest', 'f32', (a, b) => `max(${a}, ${b})`)}
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let row = index / ${WORKGROUP}; // of [B, H, W, h]
      let item = min(row, uniforms.all - 1);
      let head = item % uniforms.heads;
      let pixel = item / uniforms.heads;
      let column = pixel % uniforms.width;
      let line = (pixel / uniforms.width) % uniforms.height;
      let own = ${axis === 2 ? 'column' : 'line'};
      let length = ${axis === 2 ? 'uniforms.width' : 'uniforms.height'};
      let stride = uniforms.token * ${axis === 2 ? '1' : 'uniforms.width'};
      let first = pixel * uniforms.token - own * stride; // the line's first pixel
      let keys = uniforms.heads * ${k};
      let scales = vec3<f32>(similarityScale[head], similarityScale[uniforms.heads + head], similarityScale[2 * uniforms.heads + head]);
      var q: array<vec4<f32>, ${k}>;
      var sums: array<vec4<f32>, ${v}>;
      ${eachKey} { q[c] = packed[first + own * stride + head * ${k} + c]; }
      var most = ${LOWEST};
      var weight = 0.0;
      for (var m = lane; m < length; m += ${WORKGROUP}) {
        let place = clamp(m - own, -uniforms.farthest, uniforms.farthest) + uniforms.farthest;
        let at = first + m * stride;
        var logit = 0.0;
        ${eachKey} {
          let key = packed[at + keys + head * ${k} + c];
          logit += scales.x * dot(q[c], key) + scales.y * dot(q[c], queryTable[place * ${k} + c]) + scales.z * dot(key, keyTable[place * ${k} + c]);
        }
        let higher = max(most, logit);
        let kept = exp(most - higher);
        let share = exp(logit - higher);
        most = higher;
        weight = weight * kept + share;
        ${eachValue} {
          let channel = head * ${v} + c;
          let value = packed[at + 2 * keys + channel] * retrievedScale[channel];
          let position = valueTable[place * ${v} + c] * retrievedScale[uniforms.heads * ${v} + channel];
          sums[c] = sums[c] * kept + share * (value + position);
        }
      }
      let kept = exp(most - largest(most, lane));
      let all = total(vec4<f32>(weight * kept), lane).x;
      ${eachValue} {
        let whole = total(sums[c] * kept, lane);
        if (lane == 0 && row < uniforms.all) { result[row * ${v} + c] = whole / all + shift[head * ${v} + c]; }
      }
    }`;
}
