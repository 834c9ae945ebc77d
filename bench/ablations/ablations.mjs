// What is compared with what, and what the papers found.

/** Of models with queries; the best IoU asks neither for classes nor for scores. */
const QUERIES = ['pq', 'overlap'];

/**
 * Ablations by name. A row is an arm and a metric of it; the first is the baseline. `published` are the paper's figures in
 * the order of the rows, null where it has none.
 */
export const ABLATIONS = {
  'masked-attention': {
    title: 'Masked against full cross-attention',
    measures: QUERIES,
    rows: [
      { label: 'masked', arm: 'mask2former' },
      { label: 'full', arm: 'full cross-attention' },
    ],
    source: 'Cheng et al. 2022, ablation of masked attention, COCO PQ',
    published: [51.9, 47.1],
    note: `A likely reason why it does not help here: scales of 64 × 64 have 64, 16 and 4 places to look at, so there is little to be
distracted by, and masks are wrong in the first hundred steps, so that looking inside them shows little of what would correct
them.`,
  },
  points: {
    title: 'Points against whole masks in matching and loss',
    measures: QUERIES,
    rows: [
      { label: '128 points', arm: 'mask2former' },
      { label: 'every pixel', arm: 'whole masks' },
    ],
    source: 'Cheng et al. 2022, ablation of points against masks, COCO PQ; memory of a training there 6 against 18 GB',
    published: [51.9, 50.3],
    columns: ['megabytes', 'processor'],
    note: `Here whole masks learn more a step, at twice the time, and memory is no matter: most of it is TensorFlow itself. Three in four
points go where a mask is least certain, which in the first hundred steps is anywhere. Points are for masks of a million
pixels; \`node bench/training/run.mjs\` takes their memory with a ResNet-50.`,
  },
  'deep-supervision': {
    title: 'Deep supervision',
    measures: QUERIES,
    rows: [
      { label: 'every prediction', arm: 'mask2former' },
      { label: 'the last alone', arm: 'last prediction alone' },
    ],
    source:
      'no figure; Li et al. 2022 (Panoptic SegFormer) show by a curve that it is needed, Cheng et al. 2022 supervise every layer',
    published: [null, null],
    expected: 'worse',
  },
  scales: {
    title: 'Round robin of three scales',
    measures: QUERIES,
    rows: [
      { label: 'three scales in turn', arm: 'mask2former' },
      { label: '1/32 alone', arm: 'coarsest scale alone' },
    ],
    source: 'Cheng et al. 2022, ablation of feature resolution, COCO PQ',
    published: [51.9, 50.2],
  },
  'finest-scale': {
    title: 'Three scales in turn against the finest at every layer',
    measures: QUERIES,
    rows: [
      { label: 'three scales in turn', arm: 'mask2former' },
      { label: '1/8 alone', arm: 'finest scale alone' },
    ],
    source: 'Cheng et al. 2022, ablation of feature resolution, COCO PQ; three scales need less computing',
    published: [51.9, 51.8],
  },
  queries: {
    title: 'Learnable query features',
    measures: QUERIES,
    rows: [
      { label: 'learned', arm: 'mask2former' },
      { label: 'zeros', arm: 'zero query features' },
    ],
    source: 'Cheng et al. 2022, ablation of query features, COCO PQ',
    published: [51.9, 51.2],
  },
  merging: {
    title: 'Mask-wise merging against the argmax of every pixel',
    rows: [
      { label: 'mask-wise merging', arm: 'panoptic segformer' },
      { label: 'argmax of class × mask', arm: 'panoptic segformer', metric: 'pqOfArgmax' },
    ],
    source: 'Li et al. 2022, ablation of mask-wise merging, COCO PQ',
    published: [49.6, 48.4],
    note: `Both read the same predictions. After so few steps a Panoptic SegFormer finds no things yet: this compares stuff.`,
  },
  'pq-loss': {
    title: 'PQ-style loss of MaX-DeepLab',
    rows: [
      { label: 'all terms', arm: 'max-deeplab' },
      { label: 'without it', arm: 'no PQ-style loss' },
      { label: 'free slots weigh 1', arm: 'constant weight of free slots' },
    ],
    source: 'no figure at hand: Wang et al. 2021 ablate the similarity and the terms',
    published: [null, null, null],
    expected: 'worse',
  },
  'auxiliary-losses': {
    title: 'Auxiliary losses of MaX-DeepLab',
    rows: [
      { label: 'all terms', arm: 'max-deeplab' },
      { label: 'without instance discrimination', arm: 'no instance discrimination' },
      { label: 'without mask-ID cross entropy', arm: 'no mask-ID loss' },
      { label: 'without semantic segmentation', arm: 'no semantic loss' },
    ],
    source: 'no figure at hand: Wang et al. 2021 ablate the terms',
    published: [null, null, null, null],
    expected: 'worse',
  },
  coordconv: {
    title: 'CoordConv of SOLOv2',
    measures: ['ap'],
    rows: [
      { label: 'coordinates', arm: 'solov2' },
      { label: 'zeros in their place', arm: 'no coordinates' },
    ],
    source: 'Wang et al. 2020 (SOLO), ablation of coordinates, COCO mask AP of SOLO',
    published: [35.8, 32.2],
  },
  'mask-loss': {
    title: 'Mask loss of SOLO',
    measures: ['ap'],
    rows: [
      { label: 'Dice', arm: 'solov2' },
      { label: 'cross entropy', arm: 'cross entropy' },
      { label: 'focal', arm: 'focal' },
    ],
    source: 'Wang et al. 2020 (SOLO), ablation of mask losses, COCO mask AP of SOLO',
    published: [35.8, 30.0, 31.6],
  },
  grids: {
    title: 'Grids of SOLO',
    measures: ['ap'],
    rows: [
      { label: '16, 12, 8, 6, 4', arm: 'solov2' },
      { label: '8, 6, 4, 3, 2', arm: 'coarse grids' },
      { label: '24, 18, 12, 9, 6', arm: 'fine grids' },
    ],
    source: 'no figure at hand: Wang et al. 2020 (SOLO) find little difference between numbers of cells on one level',
    published: [null, null, null],
  },
  'decoder-layers': {
    title: "Layers of Panoptic SegFormer's decoders",
    rows: [
      { label: 'three location, two mask', arm: 'panoptic segformer' },
      { label: 'two location', arm: 'two location layers' },
      { label: 'one location', arm: 'one location layer' },
      { label: 'one mask', arm: 'one mask layer' },
    ],
    source: 'Li et al. 2022, ablation of the location decoder, COCO PQ: 6, 2 and 1 layers',
    published: [49.6, 48.1, 47.7, null],
  },
};

/** Those that are run where a command line names none. */
export const FIRST_SIX = ['masked-attention', 'points', 'deep-supervision', 'scales', 'queries', 'merging'];

/** Runs that ablations need, each once: `{ arm, seed }`, seed by seed. */
export function runsOf(names, seeds) {
  const arms = [...new Set(names.flatMap((name) => ABLATIONS[name].rows.map(({ arm }) => arm)))];
  return seeds.flatMap((seed) => arms.map((arm) => ({ arm, seed })));
}
