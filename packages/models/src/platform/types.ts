import type { RgbImage } from '@seg/image';

import type { ModelFolder, ModelLocation } from '../folder/model-folder.ts';
import type { HubId } from '../hub/hub-id.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import type { FrameReader } from '../stream/frame.ts';
import type { ZooFile } from '../zoo/zoo-file.ts';

/**
 * The half of this package that is one thing in Node and another in a page; chosen by the conditions of package.json.
 */
export type ModelPlatform = {
  /** True where a path is one of this machine. */
  isOnDisk(path: string): boolean;
  /** Opens a folder of this machine, or a file in one; of a TensorFlow checkpoint its prefix. */
  diskLocation(path: string): ModelLocation;
  /** URL of the hub that is asked. */
  endpoint(options: HubOptions): string;
  /** Opens a model of a hub. */
  hubFolder(id: HubId, options: HubOptions): Promise<ModelFolder>;
  /** Opens the model in an authors' file of a published model. */
  zooFolder(file: ZooFile, options: HubOptions): Promise<ModelFolder>;
  /** Sources of frames that this platform has beside iterables and streams, for messages. */
  moreSources: string;
  /** Reader of such a source; null for all others. */
  frameReader(source: object): Promise<FrameReader | null>;
  /** Pixels of what a canvas of this platform draws; null for all else. */
  drawnPixels(image: unknown): RgbImage | null;
};
