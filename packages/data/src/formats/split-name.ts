const NAMES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['train', /^train(ing)?(20\d\d)?$/i],
  ['val', /^(val(id(ation)?)?|dev)(20\d\d)?$/i],
  ['test', /^test(ing)?(20\d\d)?$/i],
];

/** The plain name of a split, `train`, `val` or `test`: of `training`, `valid` and `val2017`, too. Null for other names. */
export function splitName(name: string): string | null {
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

/** Name of a COCO file without its kind: `val2017` of `instances_val2017`. */
export function rawSplit(stem: string): string {
  return stem.replace(/^(instances|panoptic|annotations)[_-]/i, '').replace(/[_-](annotations|coco)$/i, '');
}
