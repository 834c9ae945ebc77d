import type { Category } from '@seg/image';
import type { Task } from '@seg/models';

import { listDigest } from './list-shard.ts';
import { modelDigest } from './model-digest.ts';
import type { PredictOptions } from './predict-options.ts';
import type { RecordHeader } from './record.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Run as its records tell it. */
export type DescribedRun = {
  task: Task;
  categories: readonly Category[];
  /** All images, whatever the shard; null for a pipe. */
  list: readonly { name: string; id: number }[] | null;
  shard: RecordHeader['shard'];
};

/** Header of a run's records. */
export async function headerOf(
  { model, threshold, track }: Pick<PredictOptions, 'model' | 'threshold' | 'track'>,
  segmenter: ImageSegmenter,
  { task, categories, list, shard }: DescribedRun,
): Promise<RecordHeader> {
  return {
    task,
    threshold: threshold ?? null,
    categories: categories.map(({ id, name, isThing, color }) => {
      return { id, name, isthing: isThing ? 1 : 0, ...(color && { color: [...color] }) };
    }),
    model: await modelDigest(model, segmenter.categories),
    list: list && { digest: listDigest(list), images: list.length },
    shard,
    ...(track && { track }),
  };
}
