import { FormatError } from '@seg/checkpoint/errors';

/** The error of a picture of another origin, which a page may show and neither read nor send. */
export function foreignPixels(cause: unknown): FormatError {
  return new FormatError('readPicture: expected pixels that this page may read, got those of another origin', {
    cause,
  });
}
