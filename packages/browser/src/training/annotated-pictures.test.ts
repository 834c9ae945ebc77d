import { FormatError } from '@seg/checkpoint/safetensors';
import { expect, test } from 'vitest';

import { annotatedPictures, type NamedPicture } from './annotated-pictures.ts';

/** A picture that needs no decoder. */
const picture = (name: string, width: number, height: number) =>
  ({ name, picture: { data: new Uint8Array(width * height * 3), width, height } }) as unknown as NamedPicture;

/** A square of 10 × 10 pixels at 20, 10 in a picture of 80 × 60, and one of the same class in another. */
const ANNOTATIONS = {
  images: [
    { id: 7, file_name: 'images/a.jpg', width: 80, height: 60 },
    { id: 8, file_name: 'b.jpg', width: 80, height: 60 },
  ],
  annotations: [
    { id: 1, image_id: 7, category_id: 4, segmentation: [[20, 10, 30, 10, 30, 20, 20, 20]], iscrowd: 0 },
    { id: 2, image_id: 8, category_id: 4, segmentation: [[0, 0, 1, 0, 1, 1, 0, 1]], iscrowd: 0 },
  ],
  categories: [{ id: 4, name: 'nut' }],
};
const OPTIONS = { name: 'annotations', maxSide: 512 };

test('masks are reduced with their pictures, by the names of the files', async () => {
  const pictures = [picture('b.jpg', 40, 30), picture('a.jpg', 40, 30), picture('c.jpg', 1, 1)];
  const dataset = await annotatedPictures(pictures, ANNOTATIONS, OPTIONS);
  expect([dataset.length, dataset.name(0), dataset.categories.map(({ name }) => name)]).toEqual([
    2,
    'images/a.jpg',
    ['nut'],
  ]);
  const { segments } = await dataset.read(0);
  expect(segments).toMatchObject([{ category: 0, mask: { x: 10, y: 5, width: 5, height: 5 } }]); // half of 20, 10, 10, 10
  expect([...segments[0].mask.data]).toEqual(Array(25).fill(1));
});

test.each([
  [424, 640, 340, 512], // rounded up: 339.2
  [424, 640, 339, 512],
  [640, 424, 512, 340],
  [1024, 341, 2048, 683], // of 3000 × 1000, whose annotations speak of a picture of 1024
  [1024, 342, 2048, 682],
])(
  'a picture of %i × %i may be one of %i × %i, as browsers round, and its masks have that size',
  async (w, h, W, H) => {
    const image = { id: 1, file_name: 'a.jpg', width: w, height: h };
    const whole = [[0, 0, w, 0, w, h, 0, h]];
    const annotations = [{ id: 1, image_id: 1, category_id: 4, segmentation: whole, iscrowd: 0 }];
    const file = { ...ANNOTATIONS, images: [image], annotations };
    const { segments } = await (await annotatedPictures([picture('a.jpg', W, H)], file, OPTIONS)).read(0);
    expect(segments[0].mask).toMatchObject({ x: 0, y: 0, width: W, height: H });
  },
);

test('a mask of which nothing is left is left out', async () => {
  const pictures = [picture('a.jpg', 20, 15), picture('b.jpg', 20, 15)];
  const dataset = await annotatedPictures(pictures, ANNOTATIONS, OPTIONS);
  expect((await dataset.read(1)).segments).toEqual([]); // a pixel of 80 × 60, between the centers of 20 × 15
});

test.each([
  [[picture('a.jpg', 80, 60)], 'expected a photograph for each of its images, got none of b.jpg'],
  [[picture('a.jpg', 60, 80), picture('b.jpg', 80, 60)], 'expected a picture of the shape of 80x60, got 60x80'],
  [[picture('a.jpg', 80, 62), picture('b.jpg', 80, 60)], 'expected a picture of the shape of 80x60, got 80x62'],
])('pictures that do not fit are refused: %#', async (pictures, message) => {
  const reading = annotatedPictures(pictures, ANNOTATIONS, OPTIONS);
  await expect(reading).rejects.toBeInstanceOf(FormatError);
  await expect(reading).rejects.toThrow(message);
});

test('what is no COCO file is refused', async () => {
  await expect(annotatedPictures([], { images: [] }, OPTIONS)).rejects.toBeInstanceOf(FormatError);
  const empty = { images: [], annotations: [], categories: [{ id: 1, name: 'nut' }] };
  await expect(annotatedPictures([], empty, OPTIONS)).rejects.toThrow('got an empty list of images');
});
