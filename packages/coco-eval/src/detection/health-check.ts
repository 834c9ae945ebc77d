import { rleArea } from '../mask/rle.ts';
import type { CocoAnnotation, CocoGroundTruth, CocoId, CocoImage, CocoResult } from './coco-types.ts';
import { resultKind } from './group-by-image.ts';
import type { DetectionOptions, IouType } from './parameters.ts';
import { annotationMask, isRle, requireBox, requireSegmentation } from './shapes.ts';

/** One kind of fault, with how often and where. */
export type Finding = {
  /** `'error'`: the evaluation stops. `'warning'`: it goes on, with numbers that may not mean what they should. */
  severity: 'error' | 'warning';
  code: string;
  message: string;
  count: number;
  /** The first five places. */
  examples: string[];
};

/**
 * Names the faults of ground truth and results before they become silent zeros: the input is read as the evaluation
 * reads it, and every fault is counted instead of stopping at the first. With LVIS' rules iscrowd is not asked for, and
 * the lists and frequencies that only LVIS has are checked too.
 */
export function checkDetections(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  { iouType = 'segm', rules = 'coco' }: Pick<DetectionOptions, 'iouType' | 'rules'> = {},
): Finding[] {
  const findings = new Findings();
  for (const field of ['images', 'annotations', 'categories'] as const) {
    if (!Array.isArray(groundTruth?.[field]))
      findings.error('missing list', `the ground truth has no list of ${field}`, field);
  }
  if (!Array.isArray(results)) findings.error('missing list', 'the results are not a list', 'results');
  if (findings.list().length > 0) return findings.list();
  const images = checkImages(groundTruth, findings);
  checkCategories(groundTruth, findings);
  if (rules === 'lvis') checkFederation(groundTruth, findings);
  checkAnnotations(groundTruth, images, { iouType, rules }, findings);
  checkResults(groundTruth, images, results, iouType, findings);
  return findings.list();
}

/** Findings by kind, in the order they first occurred. */
class Findings {
  readonly #byCode: Map<string, Finding> = new Map();

  error(code: string, message: string, where: string): void {
    this.#add('error', code, message, where);
  }

  warning(code: string, message: string, where: string): void {
    this.#add('warning', code, message, where);
  }

  #add(severity: Finding['severity'], code: string, message: string, where: string): void {
    let finding = this.#byCode.get(code);
    if (!finding) this.#byCode.set(code, (finding = { severity, code, message, count: 0, examples: [] }));
    if (finding.count++ < 5) finding.examples.push(where);
  }

  list(): Finding[] {
    return [...this.#byCode.values()].sort(
      (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'),
    );
  }
}

function checkImages({ images }: CocoGroundTruth, findings: Findings): Map<CocoId, CocoImage> {
  const known = new Map<CocoId, CocoImage>();
  for (const image of images) {
    const where = `image ${image?.id}`;
    checkId(image?.id, where, findings);
    if (known.has(image?.id)) findings.warning('duplicate image id', 'images share an id; the last counts', where);
    known.set(image?.id, image);
  }
  return known;
}

function checkId(id: unknown, where: string, findings: Findings): void {
  if (typeof id !== 'number' && typeof id !== 'string') findings.error('missing id', 'an id is missing', where);
  else if (typeof id === 'number' && Number.isInteger(id) && !Number.isSafeInteger(id)) {
    findings.warning('unsafe id', 'an id above 2^53 may have been rounded to another', where);
  }
}

function checkCategories({ categories }: CocoGroundTruth, findings: Findings): void {
  const seen = new Set<CocoId>();
  for (const category of categories) {
    checkId(category?.id, `category ${category?.id}`, findings);
    if (seen.has(category?.id))
      findings.warning('duplicate category id', 'categories share an id', `category ${category?.id}`);
    seen.add(category?.id);
  }
  if (categories.length === 0)
    findings.warning('no categories', 'there are no categories, so nothing is evaluated', 'categories');
}

/** Lists that say which categories an image was searched for, and how rare a category is. */
function checkFederation({ images, categories }: CocoGroundTruth, findings: Findings): void {
  const known = new Set<unknown>(categories.map((category) => category?.id));
  for (const image of images) {
    for (const field of ['neg_category_ids', 'not_exhaustive_category_ids'] as const) {
      const list: unknown = image?.[field];
      const where = `image ${image?.id}`;
      if (list === undefined) findings.warning(`no ${field}`, `${field} is missing; taken as empty`, where);
      else if (!Array.isArray(list)) findings.error(`${field} is no list`, `${field} cannot be read`, where);
      else if (!list.every((id) => known.has(id)))
        findings.warning('list of unknown categories', 'a list of an image has a category that is not listed', where);
    }
  }
  for (const category of categories) {
    if (['r', 'c', 'f'].includes(String(category?.frequency))) continue;
    findings.warning('no frequency', 'not r, c or f: in none of APr, APc and APf', `category ${category?.id}`);
  }
}

function checkAnnotations(
  { annotations, categories }: CocoGroundTruth,
  images: Map<CocoId, CocoImage>,
  { iouType, rules }: Required<Pick<DetectionOptions, 'iouType' | 'rules'>>,
  findings: Findings,
): void {
  const seen = new Set<CocoId>();
  const known = new Set(categories.map((category) => category?.id));
  for (const annotation of annotations) {
    const where = `annotation ${annotation?.id}`;
    checkId(annotation?.id, where, findings);
    if (typeof annotation !== 'object' || annotation === null) continue;
    if (annotation.id === 0)
      findings.warning('annotation id 0', 'id 0 reads as "no match": the object is never found', where);
    if (seen.has(annotation.id))
      findings.warning('duplicate annotation id', 'annotations share an id; the last counts for all', where);
    seen.add(annotation.id);
    const image = images.get(annotation.image_id);
    if (!image) findings.warning('annotation of unknown image', 'the image is not listed; never evaluated', where);
    if (!known.has(annotation.category_id)) {
      findings.warning('annotation of unknown category', 'the category is not listed; never evaluated', where);
    }
    checkFields(annotation, rules, where, findings);
    if (iouType === 'bbox')
      attempt(() => requireBox(where, annotation.bbox), 'annotation without bbox', where, findings);
    else if (image) checkMask(annotation, image, where, findings);
  }
}

function checkFields(
  { iscrowd, area }: CocoAnnotation,
  rules: 'coco' | 'lvis',
  where: string,
  findings: Findings,
): void {
  if (iscrowd === undefined && rules === 'coco')
    findings.error('annotation without iscrowd', 'iscrowd is missing', where);
  if (area === undefined && !iscrowd) findings.error('annotation without area', 'area is missing', where);
  if (area !== undefined && !(area > 0))
    findings.warning('area not positive', 'the area decides the size class, and is not above 0', where);
}

function checkMask(annotation: CocoAnnotation, image: CocoImage, where: string, findings: Findings): void {
  const { segmentation, area } = annotation;
  if (!attempt(() => requireSegmentation(where, segmentation), 'unreadable annotation', where, findings)) return;
  attempt(
    () => {
      const mask = annotationMask(where, segmentation!, image);
      const pixels = rleArea(mask);
      checkSize(mask, image, where, findings);
      if (pixels === 0) findings.warning('empty annotation', 'the mask has no pixels', where);
      if (area !== undefined && Math.abs(area - pixels) > Math.max(16, 0.25 * Math.max(area, pixels))) {
        findings.warning(
          'area does not fit mask',
          'area and pixels of the mask differ by more than a quarter',
          `${where}: area ${area}, mask ${pixels}`,
        );
      }
    },
    'unreadable annotation',
    where,
    findings,
  );
}

function checkSize(mask: { height: number; width: number }, image: CocoImage, where: string, findings: Findings): void {
  if (image.height === undefined || image.width === undefined) return;
  if (mask.height !== image.height || mask.width !== image.width) {
    const sizes = `${mask.height} x ${mask.width}, image ${image.height} x ${image.width}`;
    findings.warning(
      'mask not of image size',
      'mask and image differ in size: every overlap is -1',
      `${where}: ${sizes}`,
    );
  }
}

/** @returns whether it went well */
function attempt(read: () => void, code: string, where: string, findings: Findings): boolean {
  try {
    read();
    return true;
  } catch (error) {
    findings.error(code, 'it cannot be read', `${where}: ${(error as Error).message.replace(`${where}: `, '')}`);
    return false;
  }
}

function checkResults(
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
