import type { MaxEncoderConfig } from './config.ts';

/** One group of blocks of the stacked decoder. */
export type DecoderStep = {
  /** Key of the group. */
  name: string;
  /** Key of the fusion before it; none where blocks follow at the stride that is reached. */
  fuse: string | null;
  stride: 4 | 8 | 16;
  depth: number;
};

/** Strides of one pass down to high resolution and up again. */
const STACK = [8, 4, 8, 16] as const;
/** And of the last one, that ends there. */
const DESCENT = [8, 4] as const;

/**
 * Steps of the stacked decoder in their order: passes of the backbone, more blocks at stride 16, passes behind them and a
 * last descent. Wang et al. 2021 (MaX-DeepLab), section 3.3; names as deeplab2 counts them.
 */
export function decoderSteps({
  backboneStacks,
  extraStacks,
}: Pick<MaxEncoderConfig, 'backboneStacks' | 'extraStacks'>): DecoderStep[] {
  const backbone = Array.from({ length: backboneStacks.count }, () => STACK).flat();
  const extra = [...Array.from({ length: extraStacks.count }, () => STACK).flat(), ...DESCENT];
  const step = (stride: 4 | 8 | 16, number: number, suffix: string, depth: number): DecoderStep => {
    const name = `_decoder_stage${number}${suffix}`;
    return { name, fuse: `${name}_resized_fuse`, stride, depth };
  };
  const more = backbone.length === 0 ? '_stage5_extra' : `_decoder_stage${backbone.length}_extra`;
  return [
    ...backbone.map((stride, i) => step(stride, i + 1, '', backboneStacks.depth)),
    { name: more, fuse: null, stride: 16, depth: extraStacks.depth },
    ...extra.map((stride, i) => step(stride, backbone.length + i + 1, '_extra', extraStacks.depth)),
  ];
}
