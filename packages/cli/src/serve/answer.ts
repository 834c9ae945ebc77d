import { type Category, drawOverlay, encodePanopticPng, encodePng, type RgbImage } from '@seg/image';

import { layInstances } from '@seg/postprocess';

import { instanceResults } from '../predict/instance-results.ts';
import type { ImageSegmenter } from '../predict/segmenter.ts';
import { thingsOf } from '../predict/things.ts';
import type { Question } from './question.ts';

/** Body of an answer, with its type. */
export type Answer = { type: string; body: Uint8Array | string };

/** Segments an image, in the form that is asked for. */
export async function answer(
  segmenter: ImageSegmenter,
  image: RgbImage,
  { task, format, threshold }: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const found = await segmenter.segment(image, { task, threshold, signal });
  const { categories } = segmenter;
  const isMap = 'ids' in found;
  if (format === 'json' && !isMap) {
    const instances = instanceResults(0, found, categories).map(({ image_id: _, ...one }) => one);
    return json({ task, width: image.width, height: image.height, instances });
  }
  const map = isMap ? found : layInstances(found, { threshold, things: thingsOf(categories) });
  if (format === 'png') return { type: 'image/png', body: encodePanopticPng(map) };
  if (format === 'overlay') return { type: 'image/png', body: encodePng(drawOverlay(image, map, categories)) };
  const segments = map.segments.map(({ category, ...rest }) => ({ ...rest, ...named(categories[category]) }));
  return json({ task, width: map.width, height: map.height, segments });
}

function named({ id, name }: Category) {
  return { category_id: id, category: name };
}

function json(value: object): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}
