// Photographs to learn from, and such that no training sees.

/** Of the photographs to learn from every fourth is held back, beside those of the validation: of fruits-nuts 5 of 14. */
const HELD_BACK = 4;

/**
 * Shares out two COCO instance files of the same categories.
 *
 * @returns {{ learn: object, unseen: object }} COCO instance files
 */
export function shareOut(training, validation) {
  const isHeldBack = (_, k) => k % HELD_BACK === HELD_BACK - 1;
  const part = (images) => ({ ...training, images, annotations: training.annotations.filter(of(images)) });
  const held = part(training.images.filter(isHeldBack));
  return {
    learn: part(training.images.filter((image, k) => !isHeldBack(image, k))),
    unseen: joined(held, validation),
  };
}

const of = (images) => {
  const ids = new Set(images.map(({ id }) => id));
  return ({ image_id }) => ids.has(image_id);
};

/** One file of two, with ids of its own for images and annotations. */
function joined(...files) {
  const [images, annotations] = [[], []];
  for (const file of files) {
    const ids = new Map(file.images.map(({ id }, k) => [id, images.length + k + 1]));
    images.push(...file.images.map((image) => ({ ...image, id: ids.get(image.id) })));
    for (const one of file.annotations) {
      annotations.push({ ...one, id: annotations.length + 1, image_id: ids.get(one.image_id) });
    }
  }
  return { ...files[0], images, annotations };
}
