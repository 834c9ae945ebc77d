/** What a class index means. */
export type Category = {
  /** In the data set's own numbering. */
  id: number;
  name: string;
  /** Countable objects; everything else is stuff. */
  isThing: boolean;
  /** RGB, 0 to 255, for drawings. */
  color?: [number, number, number];
};

/** COCO panoptic: the ids of the 80 things, then of the 53 stuffs, in the order of all published models. */
const COCO_THINGS = ranges([1, 11], [13, 25], [27, 28], [31, 44], [46, 65], [67, 67], [70, 70], [72, 82], [84, 90]);
const COCO_STUFF = [
  92,
  93,
  95,
  100,
  107,
  109,
  112,
  118,
  119,
  122,
  125,
  128,
  130,
  133,
  138,
  141,
  144,
  145,
  147,
  148,
  149,
  151,
  154,
  155,
  156,
  159,
  161,
  166,
  168,
  171,
  175,
  176,
  177,
  178,
  180,
  181,
  ...ranges([184, 200]),
];

/**
 * Categories from the names of a Hugging Face config, which says nothing of things and stuff: COCO's 133 and 80 and
 * Cityscapes' 19 and 8 are known by their number; in all other sets every class counts as a thing.
 */
export function categoriesFromLabels(labels: Record<string, string>): Category[] {
  const count = Object.keys(labels).length;
  return Array.from({ length: count }, (_, index) => ({
    id: categoryId(index, count),
    name: labels[index] ?? `class ${index}`,
    isThing: isThing(index, count),
  }));
}

function categoryId(index: number, count: number): number {
  if (count === 133 || count === 80) return [...COCO_THINGS, ...COCO_STUFF][index];
  return index + 1;
}

function isThing(index: number, count: number): boolean {
  if (count === 133) return index < COCO_THINGS.length;
  if (count === 19) return index >= 11; // person, rider, car, truck, bus, train, motorcycle, bicycle
  return true;
}

function ranges(...spans: [first: number, last: number][]): number[] {
  return spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
