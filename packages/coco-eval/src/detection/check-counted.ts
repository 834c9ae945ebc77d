import type { CocoAnnotation, CocoGroundTruth, CocoId, CocoImage } from './coco-types.ts';
import type { Findings } from './findings.ts';
import { isThere } from './lvis-areas.ts';
import type { DetectionOptions } from './options.ts';
import { isTrueInPython } from './python-values.ts';

/** Notes what falls out of the count without being a fault of its own: crowds, and categories with nothing to find. */
export function checkCounted(
  { annotations, categories }: CocoGroundTruth,
  images: ReadonlyMap<CocoId, CocoImage>,
  options: Required<Pick<DetectionOptions, 'iouType' | 'rules'>>,
  findings: Findings,
): void {
  const evaluated = annotations.filter((annotation) => annotation && images.has(annotation.image_id));
  const crowds = evaluated.filter((annotation) => options.rules === 'coco' && isTrueInPython(annotation.iscrowd));
  if (crowds.length > 0 && crowds.length === evaluated.length) {
    const all = `all ${evaluated.length} annotations`;
    findings.warning('only crowds', 'every annotation is a crowd (iscrowd), so nothing is counted: all is -1', all);
    return;
  }
  if (findings.has('annotation of unknown image') || findings.has('annotation of unknown category')) return; // says why
  const counted = new Set(evaluated.filter((one) => counts(one, options)).map(({ category_id }) => category_id));
  const ofCrowds = new Set(crowds.map(({ category_id }) => category_id));
  for (const category of categories) {
    if (counted.has(category?.id)) continue;
    const where = `category ${category?.id}`;
    if (ofCrowds.has(category?.id))
      findings.warning('category of crowds only', 'all its objects are crowds (iscrowd); left out of the mean', where);
    else findings.warning('category without objects', 'no object of it counts; left out of the mean', where);
  }
}

function counts(
  annotation: CocoAnnotation,
  { iouType, rules }: Required<Pick<DetectionOptions, 'iouType' | 'rules'>>,
): boolean {
  const ignored = rules === 'lvis' || iouType === 'boundary' ? isTrueInPython(annotation.ignore) : false;
  const crowd = rules === 'coco' && isTrueInPython(annotation.iscrowd);
  return !ignored && !crowd && isThere(Number(annotation.area), rules);
}
