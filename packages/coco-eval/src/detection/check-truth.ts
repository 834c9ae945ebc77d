import { rleArea } from '../mask/rle.ts';
import { requireCategory } from './categories.ts';
import type { CocoAnnotation, CocoGroundTruth, CocoId, CocoImage } from './coco-types.ts';
import { attempt, checkSize, type Findings } from './findings.ts';
import type { DetectionOptions } from './options.ts';
import { isTrueInPython, pythonByte } from './python-values.ts';
import { annotationMask, requireBox, requireSegmentation } from './shapes.ts';

type CheckOptions = Required<Pick<DetectionOptions, 'iouType' | 'rules'>>;

/** Notes the faults of images, categories and annotations. @returns the images by id */
export function checkTruth(
  groundTruth: CocoGroundTruth,
  options: CheckOptions,
  findings: Findings,
): Map<CocoId, CocoImage> {
  const images = checkImages(groundTruth, findings);
  checkCategories(groundTruth, findings);
  if (options.rules === 'lvis') checkFederation(groundTruth, findings);
  checkAnnotations(groundTruth, images, options, findings);
  return images;
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
    attempt(
      () => requireCategory(`category ${category?.id}`, category),
      'unreadable category',
      `category ${category?.id}`,
      findings,
    );
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
      else if (!Array.from(list).every((id) => known.has(id)))
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
  { iouType, rules }: CheckOptions,
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

function checkFields(annotation: CocoAnnotation, rules: 'coco' | 'lvis', where: string, findings: Findings): void {
  const { iscrowd, area } = annotation;
  if (rules === 'coco' && iscrowd === undefined)
    findings.error('annotation without iscrowd', 'iscrowd is missing', where);
  else if (rules === 'coco') checkCrowd(iscrowd, where, findings);
  if (!isFlag(annotation.ignore ?? 0))
    findings.warning('ignore is not 0 or 1', 'anything that Python takes for true ignores the object', where);
  const isRead = rules === 'lvis' || !isTrueInPython(iscrowd);
  if (area === undefined && isRead) findings.error('annotation without area', 'area is missing', where);
  else if (typeof area !== 'number' && isRead)
    findings.error('area is not a number', 'the area cannot be read', `${where}: ${JSON.stringify(area)}`);
  else if (typeof area === 'number' && !(area > 0))
    findings.warning('area not positive', AREA_NOT_POSITIVE[rules], where);
}

const AREA_NOT_POSITIVE = {
  coco: 'the area decides the size class, and is not above 0',
  lvis: 'lvis-api leaves the object out',
};

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean' || value === 0 || value === 1;
}

function checkCrowd(iscrowd: unknown, where: string, findings: Findings): void {
  const read = () => pythonByte(`${where}: expected iscrowd`, iscrowd);
  if (isFlag(iscrowd) || !attempt(read, 'unreadable iscrowd', where, findings)) return;
  findings.warning(
    'iscrowd is not 0 or 1',
    'as in pycocotools, anything that Python takes for true, the text "0" too, keeps the object from counting',
    `${where}: ${JSON.stringify(iscrowd)}`,
  );
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
      if (typeof area === 'number' && Math.abs(area - pixels) > Math.max(16, 0.25 * Math.max(area, pixels))) {
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
