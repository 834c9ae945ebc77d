import { FormatError } from '@seg/checkpoint/safetensors';
import { expect, test } from 'vitest';

import { annotatedPictures, type NamedPicture } from './annotated-pictures.ts';
import { withClassesOf } from './classes-by-name.ts';

const pictures = [
  { name: 'a.jpg', picture: { data: new Uint8Array(8 * 8 * 3), width: 8, height: 8 } },
] as unknown as NamedPicture[];

/** A file with an object of each id. */
function read(categories: object[], ids: number[]) {
  const segmentation = [[0, 0, 4, 0, 4, 4, 0, 4]];
  const annotations = ids.map((category_id, id) => ({ id, image_id: 1, category_id, segmentation, iscrowd: 0 }));
  const images = [{ id: 1, file_name: 'a.jpg', width: 8, height: 8 }];
  return annotatedPictures(pictures, { images, annotations, categories }, { name: 'a file', maxSide: 64 });
}
const ofProject = (id: number, name: string) => ({ id, name, supercategory: 'hardware' });
const ROOT = { id: 0, name: 'hardware', supercategory: 'none' };

test('classes are found by name, whatever their numbers; the root of an export is none on either side', async () => {
  const training = await read([ROOT, ofProject(1, 'nut'), ofProject(2, 'bolt')], [1, 2]);
  const held = await read([ofProject(7, 'bolt'), ofProject(8, 'screw'), ofProject(9, 'nut'), ROOT], [7, 9, 7]);
  const fitted = await withClassesOf(training, held, 'validation');
  expect(fitted.categories).toEqual(training.categories);
  expect((await fitted.read(0)).segments.map(({ category }) => category)).toEqual([1, 0, 1]);
});

test('an object of a class that is not trained is refused by name', async () => {
  const training = await read([ofProject(1, 'nut'), ofProject(2, 'bolt')], [1, 2]);
  const held = await read([ofProject(1, 'nut'), ofProject(2, 'screw')], [1, 2]);
  const fitting = withClassesOf(training, held, 'validation');
  await expect(fitting).rejects.toThrow(
    new FormatError('validation: a.jpg: expected objects of the classes that are trained, nut, bolt, got screw'),
  );
});
