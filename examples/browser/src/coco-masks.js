// Masks as COCO files hold them, and dense ones of the size of a canvas.
import { decodeRle, parseRle, polygonsToRle, rleArea, rleBox } from '@seg/coco-eval';

/** Run lengths of an object of a photograph, whose size a file of polygons may leave out. */
function rleOf({ segmentation }, { width, height }) {
  if (!Array.isArray(segmentation)) return parseRle(segmentation);
  const end = (axis) =>
    Math.ceil(Math.max(0, ...segmentation.flatMap((part) => part.filter((_, i) => i % 2 === axis))));
  return polygonsToRle(segmentation, height ?? end(1), width ?? end(0));
}

/** What COCO's tools ask of an object beside its mask. */
export function measured(object, image) {
  const rle = rleOf(object, image);
  return { area: rleArea(rle), bbox: rleBox(rle) };
}

/** Mask of an object at the size that is drawn on: [tall · wide] zeros and ones. */
export function maskOf(object, { width, height }, wide, tall) {
  const rle = rleOf(object, { width: width ?? wide, height: height ?? tall });
  const mask = decodeRle(rle);
  if (rle.width === wide && rle.height === tall) return mask;
  const scaled = new Uint8Array(wide * tall);
  for (let y = 0; y < tall; y++) {
    const row = Math.floor(((y + 0.5) * rle.height) / tall) * rle.width;
    for (let x = 0; x < wide; x++) scaled[y * wide + x] = mask[row + Math.floor(((x + 0.5) * rle.width) / wide)];
  }
  return scaled;
}
