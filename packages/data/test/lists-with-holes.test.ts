import { expect, test } from 'vitest';
import { parseCocoInstances } from '../src/formats/coco-instances.ts';
import { parseLabelMe } from '../src/formats/labelme.ts';
import { MaskRoom } from '../src/masks/mask-room.ts';
import { polygonMask } from '../src/masks/polygon-mask.ts';

const hole = (values: unknown[], at: number) =>
  values
    .map((value, i) => [i, value] as const)
    .reduce((list, [i, value]) => (i === at ? list : Object.assign(list, { [i]: value })), new Array(values.length));
const report = (kind: unknown, fault: unknown) => {
  throw new Error(JSON.stringify([kind, fault]));
};

test('corners with a hole are no polygon', () => {
  const corners = hole([0, 0, 4, 0, 4, 4], 1);
  expect(() => polygonMask([corners], [5, 5], new MaskRoom('x'), 'x')).toThrow(
    'x: expected corners in ±100000000, got none',
  );
  const shapes = [{ label: 'a', shape_type: 'polygon', points: hole([[0, 0], [4, 0], [4, 4]], 0) }]; // biome-ignore format: three points
  const json = { imagePath: 'a.jpg', imageHeight: 5, imageWidth: 5, shapes };
  expect(() => parseLabelMe(json, 'a.json', report as never)).toThrow(/expected points of x and y/);
  const coco = {
    images: [{ id: 1, file_name: 'a.jpg', width: 5, height: 5 }],
    categories: [{ id: 1, name: 'a' }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, segmentation: [corners] }],
  };
  expect(() => parseCocoInstances(coco, 'a.json', report as never)).toThrow(/expected three or more corners x, y/);
});
