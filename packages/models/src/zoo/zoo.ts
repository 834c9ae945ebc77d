import type { Task } from '../inference/task.ts';
import type { PresetName } from '../systems/systems.ts';
import { WEIGHT_URLS } from './weight-urls.ts';
import type { Metric, ZooEntry } from './zoo-entry.ts';

/** Releases by their authors. */
const RELEASES = {
  mask2former: {
    system: 'Mask2Former',
    source: 'https://github.com/facebookresearch/Mask2Former/blob/main/MODEL_ZOO.md',
  },
  maskformer: { system: 'MaskFormer', source: 'https://github.com/facebookresearch/MaskFormer/blob/main/MODEL_ZOO.md' },
  solo: { system: 'SOLO', source: 'https://github.com/WXinlong/SOLO' },
  'max-deeplab': {
    system: 'MaX-DeepLab',
    source: 'https://github.com/google-research/deeplab2/blob/main/g3doc/projects/max_deeplab.md',
  },
  'panoptic-segformer': { system: 'Panoptic SegFormer', source: 'https://github.com/zhiqi-li/Panoptic-SegFormer' },
} as const;

const METRICS: Readonly<Record<Task, Metric>> = { panoptic: 'PQ', instance: 'AP', semantic: 'mIoU' };

/** Names of backbones by their part of a preset's name. */
const BACKBONES: readonly [RegExp, (part: string) => string][] = [
  [/-r(\d+c?)(?=-)/, (depth) => `ResNet-${depth}`],
  [/-swin-([tsbl])(?=-)/, (size) => `Swin-${size.toUpperCase()}`],
  [/-pvt-v2-(b\d)(?=-)/, (size) => `PVTv2-${size.toUpperCase()}`],
  [/^max-deeplab-([sl])(?=-)/, (size) => `MaX-${size.toUpperCase()}`],
];

/** Organization whose releases of Mask2Former and MaskFormer are on the hub. */
const ORG = 'facebook';

type Rows = Partial<Record<PresetName, readonly [value: number, hub?: string]>>;

/** Every published model that loads, one for each of `PRESETS`. */
export const ZOO: readonly ZooEntry[] = [
  ...group('mask2former', 'COCO val2017', 'panoptic', {
    'mask2former-r50-coco-panoptic': [51.9],
    'mask2former-r101-coco-panoptic': [52.6],
    'mask2former-swin-t-coco-panoptic': [53.2, 'mask2former-swin-tiny-coco-panoptic'],
    'mask2former-swin-s-coco-panoptic': [54.6, 'mask2former-swin-small-coco-panoptic'],
    'mask2former-swin-b-coco-panoptic': [55.1, 'mask2former-swin-base-coco-panoptic'],
    'mask2former-swin-l-coco-panoptic': [57.8, 'mask2former-swin-large-coco-panoptic'],
  }),
  ...group('mask2former', 'COCO val2017', 'instance', {
    'mask2former-r50-coco-instance': [43.7],
    'mask2former-r101-coco-instance': [44.2],
    'mask2former-swin-t-coco-instance': [45.0, 'mask2former-swin-tiny-coco-instance'],
    'mask2former-swin-s-coco-instance': [46.3, 'mask2former-swin-small-coco-instance'],
    'mask2former-swin-b-coco-instance': [46.7, 'mask2former-swin-base-coco-instance'],
    'mask2former-swin-l-coco-instance': [50.1, 'mask2former-swin-large-coco-instance'],
  }),
  ...group('mask2former', 'ADE20K val', 'panoptic', {
    'mask2former-r50-ade20k-panoptic': [39.7],
    'mask2former-swin-l-ade20k-panoptic': [48.1, 'mask2former-swin-large-ade-panoptic'],
  }),
  ...group('mask2former', 'ADE20K val', 'instance', {
    'mask2former-r50-ade20k-instance': [26.4],
    'mask2former-swin-l-ade20k-instance': [34.9],
  }),
  ...group('mask2former', 'ADE20K val', 'semantic', {
    'mask2former-r50-ade20k-semantic': [47.2],
    'mask2former-r101-ade20k-semantic': [47.8],
    'mask2former-swin-t-ade20k-semantic': [47.7, 'mask2former-swin-tiny-ade-semantic'],
    'mask2former-swin-s-ade20k-semantic': [51.3, 'mask2former-swin-small-ade-semantic'],
    'mask2former-swin-b-ade20k-semantic': [52.4, 'mask2former-swin-base-ade-semantic'],
    'mask2former-swin-l-ade20k-semantic': [56.1, 'mask2former-swin-large-ade-semantic'],
  }),
  ...group('mask2former', 'Cityscapes val', 'panoptic', {
    'mask2former-r50-cityscapes-panoptic': [62.1],
    'mask2former-r101-cityscapes-panoptic': [62.4],
    'mask2former-swin-t-cityscapes-panoptic': [63.9, 'mask2former-swin-tiny-cityscapes-panoptic'],
    'mask2former-swin-s-cityscapes-panoptic': [64.8, 'mask2former-swin-small-cityscapes-panoptic'],
    'mask2former-swin-b-cityscapes-panoptic': [66.1, 'mask2former-swin-base-IN21k-cityscapes-panoptic'],
    'mask2former-swin-l-cityscapes-panoptic': [66.6, 'mask2former-swin-large-cityscapes-panoptic'],
  }),
  ...group('mask2former', 'Cityscapes val', 'instance', {
    'mask2former-r50-cityscapes-instance': [37.4],
    'mask2former-r101-cityscapes-instance': [38.5],
    'mask2former-swin-t-cityscapes-instance': [39.7, 'mask2former-swin-tiny-cityscapes-instance'],
    'mask2former-swin-s-cityscapes-instance': [41.8, 'mask2former-swin-small-cityscapes-instance'],
    'mask2former-swin-b-cityscapes-instance': [42.0],
    'mask2former-swin-l-cityscapes-instance': [43.7, 'mask2former-swin-large-cityscapes-instance'],
  }),
  ...group('mask2former', 'Cityscapes val', 'semantic', {
    'mask2former-r50-cityscapes-semantic': [79.4],
    'mask2former-r101-cityscapes-semantic': [80.1],
    'mask2former-swin-t-cityscapes-semantic': [82.1, 'mask2former-swin-tiny-cityscapes-semantic'],
    'mask2former-swin-s-cityscapes-semantic': [82.6, 'mask2former-swin-small-cityscapes-semantic'],
    'mask2former-swin-b-cityscapes-semantic': [83.3, 'mask2former-swin-base-IN21k-cityscapes-semantic'],
    'mask2former-swin-l-cityscapes-semantic': [83.3, 'mask2former-swin-large-cityscapes-semantic'],
  }),
  ...group('maskformer', 'COCO val2017', 'panoptic', {
    'maskformer-r50-coco': [46.5],
    'maskformer-r101-coco': [47.6],
    'maskformer-swin-t-coco': [47.7, 'maskformer-swin-tiny-coco'],
    'maskformer-swin-s-coco': [49.7, 'maskformer-swin-small-coco'],
    'maskformer-swin-b-coco': [51.8, 'maskformer-swin-base-coco'],
    'maskformer-swin-l-coco': [52.7, 'maskformer-swin-large-coco'],
  }),
  ...group('maskformer', 'ADE20K val', 'semantic', {
    'maskformer-r50-ade20k': [44.5, 'maskformer-resnet50-ade'],
    'maskformer-r101-ade20k': [45.5, 'maskformer-resnet101-ade'],
    'maskformer-r101c-ade20k': [46.0],
    'maskformer-swin-t-ade20k': [46.7, 'maskformer-swin-tiny-ade'],
    'maskformer-swin-s-ade20k': [49.8, 'maskformer-swin-small-ade'],
    'maskformer-swin-b-ade20k': [52.7, 'maskformer-swin-base-ade'],
    'maskformer-swin-l-ade20k': [54.1, 'maskformer-swin-large-ade'],
  }),
  ...group('maskformer', 'ADE20K val', 'panoptic', {
    'maskformer-r50-ade20k-panoptic': [34.7],
    'maskformer-r101-ade20k-panoptic': [35.7],
  }),
  ...group('maskformer', 'Cityscapes val', 'semantic', {
    'maskformer-r101-cityscapes': [78.5, 'maskformer-resnet101-cityscapes'],
    'maskformer-r101c-cityscapes': [79.7],
  }),
  ...group('solo', 'COCO val2017', 'instance', {
    'solo-r50-coco': [35.8],
    'solo-r101-coco': [37.1],
    'decoupled-solo-r50-coco': [36.4],
    'decoupled-solo-r101-coco': [37.9],
    'decoupled-solo-light-r50-coco': [33.0],
    'solov2-r50-coco': [37.5],
    'solov2-r101-coco': [39.1],
    'solov2-light-r18-coco': [29.6],
    'solov2-light-r34-coco': [32.0],
    'solov2-light-r50-coco': [33.7],
  }),
  ...group('max-deeplab', 'COCO val2017', 'panoptic', {
    'max-deeplab-s-coco': [48.4],
    'max-deeplab-s-coco-641': [47.0],
    'max-deeplab-l-coco': [51.1],
  }),
  ...group('panoptic-segformer', 'COCO val2017', 'panoptic', {
    'panoptic-segformer-r50-coco': [49.6],
    'panoptic-segformer-r101-coco': [50.6],
    'panoptic-segformer-swin-l-coco': [55.8],
    'panoptic-segformer-pvt-v2-b0-coco': [49.5],
    'panoptic-segformer-pvt-v2-b2-coco': [52.5],
    'panoptic-segformer-pvt-v2-b5-coco': [55.4],
  }),
];

/** Models of one release for one data set and task: figure, and name on the hub where it is there. */
function group(release: keyof typeof RELEASES, data: string, task: Task, rows: Rows): ZooEntry[] {
  return Object.entries(rows).map(([preset, [value, hub]]) => ({
    preset: preset as PresetName,
    backbone: backboneOf(preset),
    data,
    task,
    metric: METRICS[task],
    value,
    hub: hub ? `${ORG}/${hub}` : null,
    url: WEIGHT_URLS[preset as PresetName] ?? null,
    ...RELEASES[release],
  }));
}

function backboneOf(preset: string): string {
  for (const [pattern, name] of BACKBONES) {
    const part = pattern.exec(preset)?.[1];
    if (part !== undefined) return name(part);
  }
  throw new Error(`ZOO: expected a backbone in the name of a preset, got ${preset}`);
}
