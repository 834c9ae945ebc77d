// Times a whole detection evaluation, files included: node time-detection.mjs DIR IOU_TYPE RESULTS → one JSON line.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { evaluateDetections, summarizeDetections } from '@seg/coco-eval';

const [folder, iouType, results] = process.argv.slice(2);
const phases = {};
function lap(name, run) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const value = run();
  const used = process.cpuUsage(cpu);
  phases[name] = [(performance.now() - wall) / 1e3, (used.user + used.system) / 1e6];
  return value;
}
const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const groundTruth = lap('load_gt', () => read('gt.json'));
const detections = lap('load_results', () => read(results));
const result = lap('evaluate', () => evaluateDetections(groundTruth, detections, { iouType }));
const stats = lap('summarize', () => summarizeDetections(result).map(({ value }) => value));
const total = [0, 1].map((k) => Object.values(phases).reduce((sum, phase) => sum + phase[k], 0));
console.log(
  JSON.stringify({
    engine: '@seg/coco-eval',
    images: groundTruth.images.length,
    detections: detections.length,
    phases,
    wall: total[0],
    cpu: total[1],
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
    stats,
  }),
);
