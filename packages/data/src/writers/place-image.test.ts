import { expect, test } from 'vitest';

import { ImageNames } from './place-image.ts';

test('names lose their folders where they can, keep them where they must, and are each once', () => {
  const names = new ImageNames();
  const given = ['x/a.jpg', 'y/a.jpg', 'y/a.jpg', 'A.JPG', 'y\\a.jpg', 'b c?.png', 'z/b c?.jpg', 'voc_name'];
  expect(given.map((name) => names.take(name, name.includes('.') ? name : `${name}.jpg`))).toEqual([
    'a.jpg',
    'y_a.jpg',
    'y_a-2.jpg',
    'A-2.jpg',
    'y_a-3.jpg',
    'b_c_.png',
    'z_b_c_.jpg',
    'voc_name.jpg',
  ]);
});
