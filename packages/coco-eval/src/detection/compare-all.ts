import { type DetectionImage, requireImage } from './detection-evaluator.ts';
import { type Detected, detectionShape, readDetection, readTruth, type Truth, truthShape } from './image-objects.ts';
import { fallingScores } from './image-pairs.ts';
import { isThere, thereOf } from './lvis-areas.ts';
import { type DetectionParameters, isOutside } from './parameters.ts';
import { shapeIou } from './shapes.ts';

/** Every detection of an image against every object, whatever their categories. */
export type ImageComparison = {
  truths: Truth[]; // G, in file order
  detected: Detected[]; // D, by falling score
  truthCategories: number[]; // [G] indices into parameters.categories
  detectedCategories: number[]; // [D]
  ious: Float64Array; // [D, G]
};

/**
 * Overlaps of everything in an image with everything, whatever the categories, for what looks past them.
 *
 * @param parameters with one category for each id: useCategories is true
 */
export function compareAll(input: DetectionImage, parameters: DetectionParameters): ImageComparison {
  requireImage('image', input);
  const { image } = input;
  const everything = parameters.areaRanges[0];
  const index = new Map(parameters.categories.map(({ id }, k) => [id, k]));
  const truths = thereOf(input.annotations, parameters.rules)
    .filter(({ category_id }) => index.has(category_id))
    .map((annotation) => readTruth(annotation, parameters))
    .map((truth) => ({ ...truth, isIgnored: truth.isIgnored || isOutside(truth.area, everything) }));
  const all = input.detections
    .map((detection, k) => readDetection(detection, input.detectionIds?.[k] ?? k + 1, parameters, true))
    .filter(({ result, area }) => index.has(result.category_id) && isThere(area, parameters.rules));
  const detected = withinLimit(fallingScores(all), parameters.maxDetections.at(-1)!);
  const truthShapes = truths.map((truth) => truthShape(truth, image, parameters));
  const ious = new Float64Array(detected.length * truths.length);
  detected.forEach((detection, d) => {
    const shape = detectionShape(detection, image, parameters);
    for (let g = 0; g < truths.length; g++) {
      ious[d * truths.length + g] = shapeIou(parameters.iouType, shape, truthShapes[g], truths[g].isCrowd);
    }
  });
  return {
    truths,
    detected,
    truthCategories: truths.map(({ annotation }) => index.get(annotation.category_id)!),
    detectedCategories: detected.map(({ result }) => index.get(result.category_id)!),
    ious,
  };
}

/** The best of each category. */
function withinLimit(detected: Detected[], limit: number): Detected[] {
  const counts = new Map<unknown, number>();
  return detected.filter(({ result }) => {
    const count = (counts.get(result.category_id) ?? 0) + 1;
    counts.set(result.category_id, count);
    return count <= limit;
  });
}
