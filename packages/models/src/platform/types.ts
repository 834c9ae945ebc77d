import type { ModelLocation } from '../folder/model-folder.ts';

/**
 * The half of this package that is one thing in Node and another in a page; chosen by the conditions of package.json.
 */
export type ModelPlatform = {
  /** Opens a folder of this machine, or a file in one; of a TensorFlow checkpoint its prefix. */
  diskLocation(path: string): ModelLocation;
};
