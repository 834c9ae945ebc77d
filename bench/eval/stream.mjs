// Memory of a streamed evaluation: node stream.mjs DIR IMAGES → feeds the set again and again under new image ids.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DetectionEvaluator, groupByImage, summarizeDetections } from '@seg/coco-eval';

const [folder, images] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const truth = read('gt.json');
const set = [...groupByImage(truth, read('dt_segm.json'))];
const evaluator = new DetectionEvaluator({ categories: truth.categories });
const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const start = performance.now();
for (let k = 0; k < Number(images); k++) {
  const { image, annotations, detections } = set[k % set.length];
  evaluator.add({ image: { ...image, id: k }, annotations, detections });
  if ((k + 1) % 20000 === 0) console.log(`${k + 1} images: ${megabytes()} MB`);
}
const result = evaluator.result();
const [ap] = summarizeDetections(result);
const seconds = ((performance.now() - start) / 1e3).toFixed(1);
console.log(
  `${result.images} images, ${result.detections} detections: ${seconds} s, ${megabytes()} MB, AP ${ap.value}`,
);
