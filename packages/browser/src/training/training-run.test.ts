import { smallModel } from '@seg/train';
import { expect, test } from 'vitest';

import { annotatedPictures } from './annotated-pictures.ts';
import { chosenRecipe } from './chosen-recipe.ts';
import type { FinetuneChoices } from './finetune-call.ts';
import { changedFields, trainingRun } from './training-run.ts';

const SQUARE = [[0, 0, 4, 0, 4, 4, 0, 4]];
const photo = (name: string, gray = 0) => ({
  name,
  picture: { data: new Uint8Array(192).fill(gray), width: 8, height: 8 },
});

type Changes = {
  place?: string | File[];
  photos?: object[];
  segmentation?: number[][];
  annotation?: object;
  classes?: string[];
  held?: boolean;
  choices?: FinetuneChoices;
};

/** Making of a training on two photographs. */
async function made(changes: Changes = {}) {
  const { place = 'model/', photos = [photo('a.jpg'), photo('b.jpg')], segmentation = SQUARE, held = false } = changes;
  const file = {
    images: [1, 2].map((id) => ({ id, file_name: id === 1 ? 'a.jpg' : 'b.jpg', width: 8, height: 8 })),
    annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation, ...changes.annotation }],
    categories: (changes.classes ?? ['nut']).map((name, i) => ({ id: i + 1, name })),
  };
  const pictures = photos as never;
  const training = await annotatedPictures(pictures, file, { name: 'annotations', maxSide: 64 });
  const { config } = smallModel('mask2former');
  const recipe = chosenRecipe(config, changes.choices ?? {}, 2);
  const description = { config, preprocessing: {} } as never;
  const parts = { place, description, pictures, training, held: held ? training : undefined, recipe };
  return trainingRun(parts, new AbortController().signal);
}

test.each<[Changes, string[]]>([
  [{ place: 'other/' }, ['model']],
  [{ place: [new File(['weights'], 'model.safetensors')] }, ['model']],
  [{ photos: [photo('a.jpg'), photo('b.jpg', 1)] }, ['photographs']],
  [{ segmentation: [[0, 0, 4, 0, 4, 5, 0, 5]] }, ['annotations']],
  [{ classes: ['nut', 'bolt'] }, ['classes']],
  [{ classes: ['bolt'] }, ['classes']],
  [{ held: true }, ['validation']],
  [{ choices: { steps: 700 } }, ['recipe']],
])('%o is another training', async (changes, fields) => {
  expect(changedFields(await made(), await made(changes))).toEqual(fields);
});

test('photographs in another order or of no use, and fields that say the same, change nothing', async () => {
  const photos = [photo('c.jpg'), photo('b.jpg'), photo('a.jpg')];
  const annotation = { id: 7, iscrowd: 0, area: 16 };
  expect(changedFields(await made(), await made({ photos, annotation }))).toEqual([]);
  expect(changedFields(undefined, await made())).toContain('model');
});
