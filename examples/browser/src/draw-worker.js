// Draws segments over the picture that is open, away from the page: a million pixels take longer than a frame.
import { drawOnCanvas } from '@seg/image';

const state = { picture: null, map: null, categories: [] };

addEventListener('message', ({ data }) => {
  const { draw, ...given } = data;
  if ('picture' in given) state.picture?.close();
  Object.assign(state, given);
  if (draw === undefined || state.picture === null) return;
  const { width, height } = state.picture;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(state.picture, 0, 0);
  if (state.map !== null) drawOnCanvas(context, state.map, state.categories, draw);
  const image = canvas.transferToImageBitmap();
  postMessage(image, [image]);
});
