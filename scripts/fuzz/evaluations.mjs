// Ground truth and results of detection, values of them changed; see main.mjs. Numbers, or a refusal with its place.
import { evaluateDetections, summarizeDetections } from '@seg/coco-eval';
import { changedJson } from './json-changes.mjs';

const rle = (counts) => ({ size: [8, 8], counts });
const GROUND_TRUTH = {
  images: [{ id: 1, height: 8, width: 8 }, { id: 2, height: 8, width: 8 }],
  categories: [{ id: 1, name: 'a' }, { id: 2, name: 'b' }],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, area: 9, bbox: [1, 1, 3, 3], iscrowd: 0, segmentation: [[1, 1, 4, 1, 4, 4, 1, 4]] },
    { id: 2, image_id: 1, category_id: 2, area: 8, bbox: [0, 0, 1, 8], iscrowd: 1, segmentation: rle([0, 8, 56]) },
    { id: 3, image_id: 2, category_id: 1, area: 4, bbox: [2, 2, 2, 2], iscrowd: 0, segmentation: rle([18, 2, 6, 2, 36]) },
  ],
}; // biome-ignore format: a row each
const RESULTS = [
  { image_id: 1, category_id: 1, score: 0.9, bbox: [1, 1, 3, 3], segmentation: rle([9, 3, 5, 3, 5, 3, 36]) },
  { image_id: 2, category_id: 1, score: 0.5, bbox: [2, 2, 2, 3], segmentation: rle([18, 3, 5, 3, 35]) },
  { image_id: 1, category_id: 2, score: 0.1, bbox: [0, 0, 1, 8], segmentation: rle([0, 8, 56]) },
];

export function caseOf(random) {
  const json = { iouType: ['segm', 'bbox', 'boundary'][Math.floor(random() * 3)], files: [GROUND_TRUTH, RESULTS] };
  return Buffer.from(JSON.stringify({ ...json, files: changedJson(json.files, random) }));
}

export function read(bytes) {
  const { iouType, files } = JSON.parse(bytes.toString());
  if (!Array.isArray(files)) return; // the change took the frame of the case itself
  summarizeDetections(evaluateDetections(files[0], files[1], { iouType, allowEmpty: true }));
}

export const isRefusal = ({ name, message }) =>
  ['TypeError', 'RangeError', 'Error'].includes(name) && /^[^\n]*expected [^\n]*got [^\n]*$/.test(message);
