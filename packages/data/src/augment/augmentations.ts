import type { AugmentStep } from './augment-sample.ts';

/** Shortest edges of DETR's multi-scale training, in pixels. */
const DETR_EDGES = [480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800];

/** Shortest edges of SOLO's multi-scale training, in pixels. */
const SOLO_EDGES = [640, 672, 704, 736, 768, 800];

/** Longest edge of both, in pixels. */
const LONGEST_EDGE = 1333;

/** Augmentations as recipes have them: plain data for `augmentSample`. Sizes are those of the result, in pixels. */
export const augmentations = {
  /**
   * For sets of ten to a few hundred images: scales, crops at any place, quarter turns and mirrors, objects pasted from
   * another image, colors. Results are `size` squares. Where up and down matter much, leave the turns out.
   */
  finetune(size: number): AugmentStep[] {
    const shortestEdges = Array.from({ length: 13 }, (_, k) => Math.round(size * (0.75 + k / 16)));
    const view: AugmentStep[] = [
      { kind: 'turn', chance: 0.75 }, // each of four the same
      { kind: 'flip' },
      { kind: 'shortest-edge', shortestEdges, longestEdge: 4 * size },
      { kind: 'crop', size: [size, size] },
    ];
    return [...view, { kind: 'copy-paste', chance: 0.5, source: view }, { kind: 'color' }];
  },

  /** Mask2Former on COCO: large-scale jitter, flips, no colors (Cheng et al. 2022, section 4.1). */
  mask2Former(size = 1024): AugmentStep[] {
    return [{ kind: 'flip' }, { kind: 'scale-jitter', size: [size, size], range: [0.1, 2] }];
  },

  /** MaskFormer and Mask2Former for semantic segmentation: scales 0.5 to 2, a crop, colors, flips (Cheng et al. 2021). */
  semantic(size = 512): AugmentStep[] {
    const shortestEdges = Array.from({ length: 16 }, (_, k) => Math.trunc(0.1 * (k + 5) * size));
    return [
      { kind: 'shortest-edge', shortestEdges, longestEdge: 4 * size },
      { kind: 'crop', size: [size, size] },
      { kind: 'color' },
      { kind: 'flip' },
    ];
  },

  /** MaX-DeepLab: scales 0.5 to 1.5 on top of the fit, a crop, flips (Wang et al. 2021, section 4.1). */
  maxDeepLab(size = 641): AugmentStep[] {
    return [{ kind: 'scale-jitter', size: [size, size], range: [0.5, 1.5] }, { kind: 'flip' }];
  },

  /**
   * Panoptic SegFormer and MaskFormer on COCO, as DETR: flips, and multi-scale edges with or without a crop before them (Carion
   * et al. 2020, section 4).
   */
  detr(): AugmentStep[] {
    const scales: AugmentStep = { kind: 'shortest-edge', shortestEdges: DETR_EDGES, longestEdge: LONGEST_EDGE };
    const before: AugmentStep = { kind: 'shortest-edge', shortestEdges: [400, 500, 600], longestEdge: LONGEST_EDGE };
    return [
      { kind: 'flip' },
      { kind: 'one-of', choices: [[scales], [before, { kind: 'crop', size: { least: 384, most: 600 } }, scales]] },
    ];
  },

  /** SOLO and SOLOv2: multi-scale edges of 640 to 800, flips (Wang et al. 2020, section 4). */
  solo(): AugmentStep[] {
    return [{ kind: 'shortest-edge', shortestEdges: SOLO_EDGES, longestEdge: LONGEST_EDGE }, { kind: 'flip' }];
  },
};
