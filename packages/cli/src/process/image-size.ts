import type { Size } from '@seg/core';
import { InvalidArgumentError } from 'commander';

/** Reads an option that is the height and width of an image. */
export function imageSize(text: string): Size {
  const [, height, width] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (Number(height) > 0 && Number(width) > 0) return [Number(height), Number(width)];
  throw new InvalidArgumentError('expected HEIGHTxWIDTH, 800x1344 for one');
}
