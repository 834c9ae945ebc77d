import { rleArea } from '../mask/rle.ts';
import type { CocoGroundTruth, CocoId, CocoImage, CocoResult } from './coco-types.ts';
import { attempt, checkSize, type Findings } from './findings.ts';
import { resultKind } from './group-by-image.ts';
import type { IouType } from './options.ts';
import { annotationMask, isRle, requireBox, requireSegmentation } from './shapes.ts';

/** Notes the faults of results, among them those of images and categories that the ground truth does not list. */
export function checkResults(
  { categories }: CocoGroundTruth,
  images: Map<CocoId, CocoImage>,
  results: readonly CocoResult[],
  iouType: IouType,
  findings: Findings,
): void {
  if (results.length === 0) {
    findings.error('no results', 'the list of results is empty', 'results');
    return;
  }
  if (!attempt(() => resultKind(results), 'unreadable result', 'result 1', findings)) return;
  const kind = resultKind(results);
  if (kind === 'bbox' && iouType !== 'bbox') {
    findings.warning(
      'results with boxes',
      'the first result has a bbox, so areas are those of boxes, not of masks',
      'result 1',
    );
  }
  const known = new Set(categories.map((category) => category?.id));
  for (const [k, result] of results.entries()) {
    const where = `result ${k + 1}`;
    if (typeof result !== 'object' || result === null) {
      findings.error('unreadable result', 'it cannot be read', where);
      continue;
    }
    const image = images.get(result.image_id);
    if (!image)
      findings.error(
        'result of unknown image',
        'the image is not in the ground truth',
        `${where}: ${hint(result.image_id, images)}`,
      );
    if (!known.has(result.category_id)) {
      findings.warning(
        'result of unknown category',
        'the category is not in the ground truth; never evaluated',
        `${where}: ${hint(result.category_id, known)}`,
      );
    }
    if (typeof result.score !== 'number') findings.error('result without score', 'the score is not a number', where);
    else if (Number.isNaN(result.score)) findings.warning('score is NaN', 'NaN is sorted last', where);
    if (image) checkResultShape(result, kind, iouType, image, where, findings);
  }
}

function hint(id: CocoId, known: { has(id: CocoId): boolean }): string {
  const other = typeof id === 'number' ? String(id) : Number(id);
  const there = known.has(other) ? `; ${JSON.stringify(other)} is there: text and number are two ids` : '';
  return JSON.stringify(id) + there;
}

function checkResultShape(
  result: CocoResult,
  kind: 'bbox' | 'segmentation',
  iouType: IouType,
  image: CocoImage,
  where: string,
  findings: Findings,
): void {
  const { bbox, segmentation } = result;
  if (kind === 'bbox') {
    attempt(
      () => {
        const box = requireBox(where, bbox);
        if (box.some((value) => !Number.isFinite(value)))
          findings.warning('box not finite', 'a NaN box matches anything', where);
        if (box[2] <= 0 || box[3] <= 0) findings.warning('box without area', 'width or height is not above 0', where);
      },
      'result without bbox',
      where,
      findings,
    );
    if (iouType === 'bbox' || segmentation === undefined) return;
  }
  attempt(
    () => {
      if (kind === 'segmentation' && (!isRle(segmentation) || typeof segmentation.counts !== 'string')) {
        throw new TypeError('expected compressed RLE, got something else');
      }
      const mask = annotationMask(where, requireSegmentation(where, segmentation), image);
      checkSize(mask, image, where, findings);
      if (rleArea(mask) === 0) findings.warning('empty result', 'the mask has no pixels', where);
    },
    'unreadable result',
    where,
    findings,
  );
}
