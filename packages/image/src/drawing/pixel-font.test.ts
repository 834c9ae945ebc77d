import { expect, test } from 'vitest';

import { isInk } from './pixel-font.ts';

test('no two characters look alike, and strange ones look like question marks', () => {
  const picture = (character: string) =>
    Array.from({ length: 45 }, (_, i) => Number(isInk(character, i % 5, Math.floor(i / 5)))).join('');
  const characters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -.,%:/()_'#+&?"];
  expect(new Set(characters.map(picture)).size).toBe(characters.length);
  expect(picture('é')).toBe(picture('?'));
});
