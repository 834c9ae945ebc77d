import { resizeBilinear, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The pyramid as SOLO's heads look at it: P2 halved and P6 brought to the size of P5, so that five levels have strides
 * 8, 8, 16, 32, 32. `split_feats` of WXinlong/SOLO.
 *
 * @param pyramid P2 to P6, [B, Hᵢ, Wᵢ, C]
 * @param scope Shows the levels as `levels.i`
 */
export function rescaleLevels(pyramid: tf.Tensor4D[], scope: Scope): tf.Tensor4D[] {
  return tf.tidy(() => {
    const [p2, p3, p4, p5, p6] = pyramid;
    const levels = [
      resizeBilinear(p2, [Math.floor(p2.shape[1] / 2), Math.floor(p2.shape[2] / 2)]),
      tf.clone(p3),
      tf.clone(p4),
      tf.clone(p5),
      resizeBilinear(p6, [p5.shape[1], p5.shape[2]]),
    ];
    return levels.map((level, i) => scope.tap(level, `levels.${i}`));
  });
}
