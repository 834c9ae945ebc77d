import type { ImageSegmenter } from './segmenter.ts';

/**
 * The same model, whose results are those of the frames of one video: ids stay from one to the next.
 *
 * @param birthScore Least score of an instance that gets an id
 */
export async function trackingSegmenter(segmenter: ImageSegmenter, birthScore: number): Promise<ImageSegmenter> {
  const { SegmentTracker } = await import('@seg/models');
  const tracker = new SegmentTracker({ birthScore });
  return {
    categories: segmenter.categories,
    tasks: segmenter.tasks,
    segment: async (image, options) => tracker.update(await segmenter.segment(image, { ...options, embeddings: true })),
    dispose: () => segmenter.dispose(),
  };
}
