import {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from '../description/data-set-categories.ts';
import type { Inference, ModelConfig, ModelDescription } from '../description/model-description.ts';
import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../preprocess.ts';
import { MASK2FORMER_PRESETS as MASK2FORMER } from './mask2former/presets.ts';
import { MASKFORMER_PRESETS as MASKFORMER } from './maskformer/presets.ts';
import { MAX_DEEPLAB_PRESETS as MAX_DEEPLAB } from './max-deeplab/presets.ts';
import { PANOPTIC_SEGFORMER_PRESETS as PANOPTIC_SEGFORMER } from './panoptic-segformer/presets.ts';
import { SOLO_PRESETS as SOLO } from './solo/presets.ts';

/** detectron2's, to other sizes. */
const shortestEdge = (shortest: number, longest: number): Preprocessing => ({
  ...ORIGINAL_PREPROCESSING,
  resize: { kind: 'shortest-edge', shortestEdge: shortest, longestEdge: longest },
});

/** mmdetection's: Wang et al. 2020 (SOLO) and Li et al. 2022 (Panoptic SegFormer), which pads nothing. */
const rescaled = (shortest: number, longest: number, divisor: number): Preprocessing => ({
  ...ORIGINAL_PREPROCESSING,
  resize: { kind: 'rescale', shortestEdge: shortest, longestEdge: longest },
  divisor,
});

/** deeplab2's: −1 to 1, and 0 where there is no image. */
const squared = (side: number): Preprocessing => ({
  resize: { kind: 'square', side },
  divisor: 1,
  reachDivisor: 'pad',
  rescale: 1,
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
});

/** How a published model of this data set and resolution is described. */
const published =
  (categories: ModelDescription['categories'], preprocessing: Preprocessing) =>
  (config: ModelConfig, inference?: Inference): ModelDescription => ({
    config,
    categories,
    preprocessing,
    ...(inference && { inference }),
  });

const cocoPanoptic = published(COCO_PANOPTIC, ORIGINAL_PREPROCESSING);
const cocoUnpadded = published(COCO_PANOPTIC, { ...ORIGINAL_PREPROCESSING, divisor: 1 });
const cocoInstance = published(COCO_INSTANCE, ORIGINAL_PREPROCESSING);
const ade20k512 = published(ADE20K, shortestEdge(512, 2048));
const ade20k640 = published(ADE20K, shortestEdge(640, 2560));
const ade20kInstance = published(ADE20K_INSTANCE, shortestEdge(640, 2560));
const cityscapes = published(CITYSCAPES, shortestEdge(1024, 2048));
const cityscapesInstance = published(CITYSCAPES_INSTANCE, shortestEdge(1024, 2048));
const solo = published(COCO_INSTANCE, rescaled(800, 1333, 32));
const solo512 = published(COCO_INSTANCE, rescaled(512, 852, 32));
const solo448 = published(COCO_INSTANCE, rescaled(448, 768, 32));
const maxDeepLab641 = published(COCO_PANOPTIC, squared(641));
const maxDeepLab1025 = published(COCO_PANOPTIC, squared(1025));
const panopticSegFormer = published(COCO_PANOPTIC, rescaled(800, 1333, 1));

/** Models for semantic segmentation alone: detectron2's `SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE` is off. */
const SEMANTIC: Inference = { semanticRule: 'scores-last' };
/** MaskFormer's threshold of scores on ADE20K panoptic. */
const UNSURE: Inference = { scoreThreshold: 0.7 };
/** Panoptic SegFormer's with Swin-L and PVTv2-B5; the others keep 0.25. */
const SURE: Inference = { scoreThreshold: 0.3 };

/**
 * Every published model, by `<model>-<backbone>-<data set>`, and the task where there are models for several: what
 * `config.json` of its folder says. Configs and figures are cited where the configs are, in each model's `presets.ts`;
 * resolutions are those of the originals' tests.
 */
export const PRESETS = {
  'mask2former-r50-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-r50']),
  'mask2former-r101-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-r101']),
  'mask2former-swin-t-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-tiny']),
  'mask2former-swin-s-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-small']),
  'mask2former-swin-b-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-base']),
  'mask2former-swin-l-coco-panoptic': cocoPanoptic(MASK2FORMER['coco-panoptic-swin-large']),
  'mask2former-r50-coco-instance': cocoInstance(MASK2FORMER['coco-instance-r50']),
  'mask2former-r101-coco-instance': cocoInstance(MASK2FORMER['coco-instance-r101']),
  'mask2former-swin-t-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-tiny']),
  'mask2former-swin-s-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-small']),
  'mask2former-swin-b-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-base']),
  'mask2former-swin-l-coco-instance': cocoInstance(MASK2FORMER['coco-instance-swin-large']),
  'mask2former-r50-ade20k-panoptic': ade20k640(MASK2FORMER['ade20k-panoptic-r50']),
  'mask2former-swin-l-ade20k-panoptic': ade20k640(MASK2FORMER['ade20k-panoptic-swin-large']),
  'mask2former-r50-ade20k-instance': ade20kInstance(MASK2FORMER['ade20k-instance-r50']),
  'mask2former-swin-l-ade20k-instance': ade20kInstance(MASK2FORMER['ade20k-instance-swin-large']),
  'mask2former-r50-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-r50'], SEMANTIC),
  'mask2former-r101-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-r101'], SEMANTIC),
  'mask2former-swin-t-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-swin-tiny'], SEMANTIC),
  'mask2former-swin-s-ade20k-semantic': ade20k512(MASK2FORMER['ade20k-semantic-swin-small'], SEMANTIC),
  'mask2former-swin-b-ade20k-semantic': ade20k640(MASK2FORMER['ade20k-semantic-swin-base'], SEMANTIC),
  'mask2former-swin-l-ade20k-semantic': ade20k640(MASK2FORMER['ade20k-semantic-swin-large'], SEMANTIC),
  'mask2former-r50-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-r50']),
  'mask2former-r101-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-r101']),
  'mask2former-swin-t-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-tiny']),
  'mask2former-swin-s-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-small']),
  'mask2former-swin-b-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-base']),
  'mask2former-swin-l-cityscapes-panoptic': cityscapes(MASK2FORMER['cityscapes-panoptic-swin-large']),
  'mask2former-r50-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-r50']),
  'mask2former-r101-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-r101']),
  'mask2former-swin-t-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-tiny']),
  'mask2former-swin-s-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-small']),
  'mask2former-swin-b-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-base']),
  'mask2former-swin-l-cityscapes-instance': cityscapesInstance(MASK2FORMER['cityscapes-instance-swin-large']),
  'mask2former-r50-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-r50'], SEMANTIC),
  'mask2former-r101-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-r101'], SEMANTIC),
  'mask2former-swin-t-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-tiny'], SEMANTIC),
  'mask2former-swin-s-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-small'], SEMANTIC),
  'mask2former-swin-b-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-base'], SEMANTIC),
  'mask2former-swin-l-cityscapes-semantic': cityscapes(MASK2FORMER['cityscapes-semantic-swin-large'], SEMANTIC),

  'maskformer-r50-coco': cocoUnpadded(MASKFORMER['coco-panoptic-r50']),
  'maskformer-r101-coco': cocoUnpadded(MASKFORMER['coco-panoptic-r101']),
  'maskformer-swin-t-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-tiny']),
  'maskformer-swin-s-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-small']),
  'maskformer-swin-b-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-base']),
  'maskformer-swin-l-coco': cocoUnpadded(MASKFORMER['coco-panoptic-swin-large']),
  'maskformer-r50-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r50'], SEMANTIC),
  'maskformer-r101-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r101'], SEMANTIC),
  'maskformer-r101c-ade20k': ade20k512(MASKFORMER['ade20k-semantic-r101c'], SEMANTIC),
  'maskformer-swin-t-ade20k': ade20k512(MASKFORMER['ade20k-semantic-swin-tiny'], SEMANTIC),
  'maskformer-swin-s-ade20k': ade20k512(MASKFORMER['ade20k-semantic-swin-small'], SEMANTIC),
  'maskformer-swin-b-ade20k': ade20k640(MASKFORMER['ade20k-semantic-swin-base'], SEMANTIC),
  'maskformer-swin-l-ade20k': ade20k640(MASKFORMER['ade20k-semantic-swin-large'], SEMANTIC),
  'maskformer-r50-ade20k-panoptic': ade20k640(MASKFORMER['ade20k-panoptic-r50'], UNSURE),
  'maskformer-r101-ade20k-panoptic': ade20k640(MASKFORMER['ade20k-panoptic-r101'], UNSURE),
  'maskformer-r101-cityscapes': cityscapes(MASKFORMER['cityscapes-semantic-r101'], SEMANTIC),
  'maskformer-r101c-cityscapes': cityscapes(MASKFORMER['cityscapes-semantic-r101c'], SEMANTIC),

  'solo-r50-coco': solo(SOLO['coco-solo-r50']),
  'solo-r101-coco': solo(SOLO['coco-solo-r101']),
  'decoupled-solo-r50-coco': solo(SOLO['coco-decoupled-solo-r50']),
  'decoupled-solo-r101-coco': solo(SOLO['coco-decoupled-solo-r101']),
  'decoupled-solo-light-r50-coco': solo512(SOLO['coco-decoupled-solo-light-r50']),
  'solov2-r50-coco': solo(SOLO['coco-solov2-r50']),
  'solov2-r101-coco': solo(SOLO['coco-solov2-r101']),
  'solov2-light-r18-coco': solo448(SOLO['coco-solov2-light-448-r18']),
  'solov2-light-r34-coco': solo448(SOLO['coco-solov2-light-448-r34']),
  'solov2-light-r50-coco': solo448(SOLO['coco-solov2-light-448-r50']),

  'max-deeplab-s-coco': maxDeepLab1025(MAX_DEEPLAB['coco-panoptic-s']),
  'max-deeplab-s-coco-641': maxDeepLab641(MAX_DEEPLAB['coco-panoptic-s']),
  'max-deeplab-l-coco': maxDeepLab1025(MAX_DEEPLAB['coco-panoptic-l']),

  'panoptic-segformer-r50-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-r50']),
  'panoptic-segformer-r101-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-r101']),
  'panoptic-segformer-swin-l-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-swin-large'], SURE),
  'panoptic-segformer-pvt-v2-b0-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b0']),
  'panoptic-segformer-pvt-v2-b2-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b2']),
  'panoptic-segformer-pvt-v2-b5-coco': panopticSegFormer(PANOPTIC_SEGFORMER['coco-panoptic-pvt-v2-b5'], SURE),
} as const satisfies Readonly<Record<string, ModelDescription>>;

/** A name in {@link PRESETS}. */
export type PresetName = keyof typeof PRESETS;
