// Times panoptic quality, files included: node time-panoptic.mjs DIR → one JSON line.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { PanopticQuality, readPanopticPng } from '@seg/coco-eval';

const [folder] = process.argv.slice(2);
const [wall, cpu] = [performance.now(), process.cpuUsage()];
const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const inflate = (data, length) =>
  inflateSync(data, { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 });
const truth = read('gt.json');
const predicted = new Map(read('pred.json').annotations.map((annotation) => [annotation.image_id, annotation]));
const quality = new PanopticQuality({ categories: truth.categories });
const map = (name, { file_name, segments_info: segments }) => {
  return { ids: readPanopticPng(readFileSync(path.join(folder, name, file_name)), inflate), segments };
};
for (const annotation of truth.annotations) {
  quality.add({ groundTruth: map('gt', annotation), prediction: map('pred', predicted.get(annotation.image_id)) });
}
const { all } = quality.result();
const used = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    engine: '@seg/coco-eval',
    images: truth.annotations.length,
    pq: all.pq,
    wall: (performance.now() - wall) / 1e3,
    cpu: (used.user + used.system) / 1e6,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
