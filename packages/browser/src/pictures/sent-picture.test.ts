import { FormatError } from '@seg/checkpoint/safetensors';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { PictureSource } from './picture-source.ts';
import { sentPicture } from './sent-picture.ts';

/** Pictures of a page as they are before and behind `close()`. */
class ImageBitmap {
  width = 2;
  height = 1;
  close() {
    this.width = this.height = 0;
  }
}
class VideoFrame {
  displayWidth = 2;
  displayHeight = 1;
  close() {
    this.displayWidth = this.displayHeight = 0;
  }
}
class ImageData {
  width = 2;
  height = 1;
  data = new Uint8ClampedArray(8);
}

beforeEach(() => {
  for (const kind of [ImageBitmap, VideoFrame, ImageData]) vi.stubGlobal(kind.name, kind);
});
afterEach(() => vi.unstubAllGlobals());

const given = <T extends { data: Uint8Array | Uint8ClampedArray }>(picture: T): T => {
  structuredClone(null, { transfer: [picture.data.buffer as ArrayBuffer] });
  return picture;
};
const closed = <T extends { close(): void }>(picture: T): T => {
  picture.close();
  return picture;
};

test.each([
  ['a closed ImageBitmap', () => closed(new ImageBitmap())],
  ['a closed VideoFrame', () => closed(new VideoFrame())],
  ['ImageData that was given away', () => given(new ImageData())],
  ['bytes that were given away', () => given({ width: 1, height: 1, data: new Uint8Array(3) })],
])('%s is refused before it is sent', async (_, make) => {
  const sending = sentPicture(make() as never as PictureSource, {});
  await expect(sending).rejects.toBeInstanceOf(FormatError);
  await expect(sending).rejects.toThrow(
    'expected a picture with pixels, got none (was it closed, or given away before?)',
  );
});

test('others are sent as they are, an empty file too: the other side names it', async () => {
  const pictures = [new ImageBitmap(), new VideoFrame(), new ImageData(), new File([], 'a.png')];
  for (const picture of pictures) {
    expect((await sentPicture(picture as never as PictureSource, {})).picture).toBe(picture);
  }
});
