import { expectThat } from '../state/expect-value.ts';
import { expectDetectionNames, requireOptions } from './check-options.ts';
import type { CocoAnnotation, CocoGroundTruth, CocoId, CocoImage, CocoResult } from './coco-types.ts';
import type { DetectionImage } from './detection-evaluator.ts';
import type { DetectionOptions } from './options.ts';
import { ascendingIds } from './parameters.ts';

/**
 * Tells the kind of results by the first alone, as pycocotools decides it: with a box their area is that of the box,
 * even if they carry masks too.
 *
 * @throws without a first result, or if it has neither
 */
export function resultKind(results: readonly CocoResult[]): 'bbox' | 'segmentation' {
  expectThat(Array.isArray(results), 'results', 'a list of results', results);
  const first = results[0];
  if (typeof first !== 'object' || first === null) {
    throw new TypeError(`results: expected a list of results, got ${results.length === 0 ? 'an empty one' : first}`);
  }
  if (first.bbox !== undefined && first.bbox?.length !== 0) return 'bbox';
  if (first.segmentation !== undefined) return 'segmentation';
  throw new TypeError('results: expected bbox or segmentation in the first result, got neither');
}

/**
 * The images that count, in ascending order of id, with their annotations and results.
 *
 * @throws if a result is of an image the ground truth does not list
 */
export function groupByImage(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  options: DetectionOptions = {},
): Generator<GroupedImage> {
  expectDetectionNames('groupByImage', options, []);
  requireOptions(options);
  requireLists(groundTruth, results);
  return eachImage(groundTruth, results, options);
}

type GroupedImage = DetectionImage & { detectionIds: number[] };

function* eachImage(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  options: DetectionOptions,
): Generator<GroupedImage> {
  const images = new Map(groundTruth.images.map((image) => [image.id, image]));
  const resultsOf = new Map<CocoId, number[]>();
  results.forEach(({ image_id }, k) => {
    if (!images.has(image_id)) {
      throw new RangeError(
        `results: expected images of the ground truth, got ${JSON.stringify(image_id)} in result ${k + 1}`,
      );
    }
    push(resultsOf, image_id, k);
  });
  const ids = ascendingIds(options.imageIds ?? images.keys());
  const annotationsOf = groupAnnotations(groundTruth.annotations, ids, options);
  for (const id of ids) {
    const found = resultsOf.get(id) ?? [];
    const image: CocoImage = images.get(id) ?? { id };
    const detections = found.map((k) => results[k]);
    yield { image, annotations: annotationsOf.get(id) ?? [], detections, detectionIds: found.map((k) => k + 1) };
  }
}

function requireLists(groundTruth: CocoGroundTruth, results: readonly CocoResult[]): void {
  for (const field of ['images', 'annotations', 'categories'] as const) {
    if (!Array.isArray(groundTruth?.[field]))
      throw new TypeError(`ground truth: expected a list of ${field}, got none`);
    for (const [k, entry] of groundTruth[field].entries()) requireId(field, k, entry);
  }
  if (!Array.isArray(results)) throw new TypeError(`results: expected a list of results, got ${typeof results}`);
  const wrong = results.findIndex((result) => typeof result !== 'object' || result === null);
  if (wrong !== -1) throw new TypeError(`results: expected objects, got ${results[wrong]} as result ${wrong + 1}`);
}

function requireId(field: string, k: number, entry: { id: CocoId }): void {
  const type = typeof entry?.id;
  if (type !== 'number' && type !== 'string') throw new TypeError(`${field}[${k}]: expected an id, got ${entry?.id}`);
}

/**
 * Annotations by image. Of annotations that share an id, pycocotools keeps the last and sees it as often as the id
 * occurs, in the image and category of the last.
 */
function groupAnnotations(annotations: readonly CocoAnnotation[], ids: CocoId[], options: DetectionOptions) {
  const groups = new Map<CocoId, CocoAnnotation[]>();
  const byId = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  if (byId.size === annotations.length) {
    for (const annotation of annotations) push(groups, annotation.image_id, annotation);
    return groups;
  }
  const place = new Map(ids.map((id, k) => [id, k]));
  const categories = options.useCategories === false ? null : options.categoryIds && new Set(options.categoryIds);
  const counted = annotations
    .filter(({ image_id, category_id }) => place.has(image_id) && (!categories || categories.has(category_id)))
    .sort((a, b) => place.get(a.image_id)! - place.get(b.image_id)!);
  for (const { id } of counted) {
    const last = byId.get(id)!;
    push(groups, last.image_id, last);
  }
  return groups;
}

function push<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
