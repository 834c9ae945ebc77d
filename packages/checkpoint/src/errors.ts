/** A file does not hold what its name promises: a checkpoint, a config, an image. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
