// Segments as COCO files.
import { encodeRle, formatRle } from '@seg/coco-eval';

/** A category in a COCO file. */
const toCategory = ({ id, name, isThing }, i) => ({ id: id ?? i + 1, name, isthing: isThing ? 1 : 0 });

/** One annotation of a mask of a picture: [H · W] zeros and ones, row by row. */
export function toAnnotation(mask, { width, height }, { id, image_id, category_id, score }) {
  const [area, bbox] = measureMask(mask, width);
  const segmentation = formatRle(encodeRle(mask, height, width));
  return { id, image_id, category_id, segmentation, area, bbox, iscrowd: 0, ...(score !== undefined && { score }) };
}

function measureMask(mask, width) {
  let [area, left, top, right, bottom] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    area++;
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return [area, area === 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1]];
}

/** The segments of one picture. */
export function resultToCoco(map, categories, fileName) {
  const annotations = map.segments.map(({ id, category, score }, i) => {
    const mask = Uint8Array.from(map.ids, (value) => (value === id ? 1 : 0));
    const { id: category_id } = toCategory(categories[category], category);
    return toAnnotation(mask, map, { id: i + 1, image_id: 1, category_id, score });
  });
  const images = [{ id: 1, file_name: fileName, width: map.width, height: map.height }];
  return { images, annotations, categories: categories.map(toCategory) };
}
