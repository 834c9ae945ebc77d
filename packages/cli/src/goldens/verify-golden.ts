import type { TapResult } from './compare-tap.ts';
import type { Golden } from './golden-file.ts';
import { type MaxDeepLabLossGolden, verifyMaxDeepLabLoss } from './max-deeplab-loss.ts';
import {
  isPanopticDecodeGolden,
  type MergeGolden,
  type PanopticSegFormerDecodeGolden,
  verifyMerge,
  verifyPanopticSegFormerDecode,
} from './panoptic-segformer-decode.ts';
import { type PanopticSegFormerLossGolden, verifyPanopticSegFormerLoss } from './panoptic-segformer-loss.ts';
import { verifyForward } from './verify-forward.ts';
import { type LossGolden, verifyMaskLoss } from './verify-loss.ts';
import { type PostGolden, verifyPostprocess } from './verify-postprocess.ts';
import { isSoloDecodeGolden, type SoloDecodeGolden, verifySoloDecode } from './verify-solo-decode.ts';
import { type SoloLossGolden, verifySoloLoss } from './verify-solo-loss.ts';

/** Whatever the file holds: forward taps, a training case, or post-processing. */
export function verifyGolden(golden: Golden, onResult: (result: TapResult) => boolean): Promise<void> {
  switch (golden.format) {
    case 'golden-1':
      if (isPanopticDecodeGolden(golden)) return verifyPanoptic(golden, onResult);
      return isSoloDecodeGolden(golden) ? verifySolo(golden, onResult) : verifyForward(golden, onResult);
    case 'golden-loss-1':
      return verifyLoss(golden as LossGolden, onResult);
    case 'golden-post-1':
      return verifyPostprocess(golden as unknown as PostGolden, onResult);
    case 'golden-merge-1':
      return verifyMerge(golden as unknown as MergeGolden, onResult);
    default:
      throw new Error(
        `verify: expected golden-1, golden-loss-1, golden-post-1 or golden-merge-1, got ${golden.format}`,
      );
  }
}

/** The taps, then what is decoded from them. */
async function verifySolo(golden: SoloDecodeGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  let goesOn = true;
  await verifyForward(golden, (result) => (goesOn = onResult(result)));
  if (goesOn) await verifySoloDecode(golden, onResult);
}

async function verifyPanoptic(
  golden: PanopticSegFormerDecodeGolden,
  onResult: (result: TapResult) => boolean,
): Promise<void> {
  let goesOn = true;
  await verifyForward(golden, (result) => (goesOn = onResult(result)));
  if (goesOn) await verifyPanopticSegFormerDecode(golden, onResult);
}

function verifyLoss(golden: LossGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  if (golden.model === 'mask2former' || golden.model === 'maskformer') return verifyMaskLoss(golden, onResult);
  if (golden.model.startsWith('solo') || golden.model === 'decoupled') {
    return verifySoloLoss(golden as unknown as SoloLossGolden, onResult);
  }
  if (golden.model === 'max_deeplab') return verifyMaxDeepLabLoss(golden as unknown as MaxDeepLabLossGolden, onResult);
  if (golden.model === 'panoptic_segformer') {
    return verifyPanopticSegFormerLoss(golden as unknown as PanopticSegFormerLossGolden, onResult);
  }
  throw new Error(`verify: expected a model whose losses are known, got ${golden.model}`);
}
