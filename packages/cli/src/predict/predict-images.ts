import { readImage } from '@seg/image/node';

import type { Progress } from '../render/progress.ts';
import type { GroundTruth } from './ground-truth.ts';
import type { InputImage } from './input-images.ts';
import { type InstanceResult, instanceResults, layInstances } from './instance-results.ts';
import type { Report } from './report.ts';
import { ResultFiles } from './result-files.ts';
import type { ImageSegmenter, Task } from './segmenter.ts';

/** What is to be predicted, and where to. */
export type Prediction = {
  inputs: readonly InputImage[];
  task: Task;
  /** Undefined for the rule's own. */
  threshold: number | undefined;
  out: string;
  truth: GroundTruth | null;
};

const SHOWN_INSTANCES = 0.5;

/** Segments the images one after the other, writing the results of each as soon as it is done. */
export async function predictImages(
  segmenter: ImageSegmenter,
  { inputs, task, threshold, out, truth }: Prediction,
  report: Report,
  progress: Progress,
): Promise<void> {
  const { categories } = segmenter;
  const files = new ResultFiles(out, categories);
  const instances: InstanceResult[] = [];
  for (const [i, input] of inputs.entries()) {
    progress.show(i, inputs.length, input.file);
    const image = await readImage(input.file);
    const imageId = truth?.imageId(input) ?? i + 1;
    const begin = performance.now();
    const found = await segmenter.segment(image, { task, threshold });
    const milliseconds = performance.now() - begin;
    const map = 'ids' in found ? found : layInstances(found, threshold ?? SHOWN_INSTANCES, categories);
    if (!('ids' in found)) instances.push(...instanceResults(imageId, found, categories));
    await files.addImage(input, imageId, image, map);
    await truth?.add(input, map, categories);
    progress.clear();
    report.image({ input, map, milliseconds }, categories);
  }
  await files.finish(task === 'instance' ? instances : null);
  report.finish(out, truth?.result() ?? null);
}
