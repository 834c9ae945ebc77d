// Pictures of every kind, and of sizes that a tab cannot hold.
import { largePng } from './large-png.mjs';

async function probe(open) {
  const page = await open('probe.html');
  await page.waitForFunction(() => window.seg !== undefined);
  return page;
}

/** A page's canvas of four colors, as everything that a page can make of it. */
async function kinds({ open }) {
  const page = await probe(open);
  return page.evaluate(async () => {
    const { readPicture } = window.seg;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 40, height: 20 });
    const context = canvas.getContext('2d');
    for (const [i, color] of ['red', 'lime', 'blue', 'rgb(0 0 0 / 50%)'].entries()) {
      context.fillStyle = color;
      context.fillRect(10 * i, 0, 10, 20);
    }
    const expected = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [127, 127, 127],
    ]; // half of black over white
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    const url = URL.createObjectURL(blob);
    const image = Object.assign(new Image(), { src: url });
    const offscreen = new OffscreenCanvas(40, 20);
    offscreen.getContext('2d').drawImage(canvas, 0, 0);
    const opaque = new OffscreenCanvas(40, 20);
    const flat = opaque.getContext('2d');
    flat.fillStyle = 'white';
    flat.fillRect(0, 0, 40, 20);
    flat.drawImage(canvas, 0, 0);
    const shown = document.createElement('canvas'); // opaque: captured alpha takes headless Chromium down
    Object.assign(shown, { width: 40, height: 20 });
    const stage = shown.getContext('2d', { alpha: false });
    const video = Object.assign(document.createElement('video'), { muted: true, srcObject: shown.captureStream(30) });
    const redraw = setInterval(() => stage.drawImage(opaque, 0, 0), 20);
    await video.play();
    const sources = {
      HTMLImageElement: image,
      HTMLCanvasElement: canvas,
      OffscreenCanvas: offscreen,
      ImageBitmap: await createImageBitmap(canvas),
      ImageData: context.getImageData(0, 0, 40, 20),
      Blob: blob,
      File: new File([blob], 'four.png'),
      URL: new URL(url),
      VideoFrame: new VideoFrame(opaque, { timestamp: 0 }),
      HTMLVideoElement: video,
    };
    const segmenter = window.seg.createSegmenterWorker();
    await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' });
    for (const [kind, source] of Object.entries(sources)) {
      const { data, width, height } = await readPicture(source);
      if (width !== 40 || height !== 20) throw new Error(`${kind}: expected 40x20, got ${width}x${height}`);
      const found = [5, 15, 25, 35].map((x) => [...data.subarray((10 * 40 + x) * 3, (10 * 40 + x) * 3 + 3)]);
      // a video's colors go through YUV
      const allowed = kind === 'HTMLVideoElement' ? 40 : 2;
      const worst = Math.max(...expected.flatMap((rgb, i) => rgb.map((v, c) => Math.abs(v - found[i][c]))));
      if (worst > allowed) throw new Error(`${kind}: expected ${expected.join(' ')}, got ${found.join(' ')}`);
      const map = await segmenter.segment(source);
      if (map.width !== 40) throw new Error(`${kind}: expected a map of 40 in the worker, got ${map.width}`);
    }
    clearInterval(redraw);
    segmenter.dispose();
    return `${Object.keys(sources).length} kinds, here and in the worker`;
  });
}

async function large({ open }, width, height, outcome) {
  const page = await probe(open);
  const bytes = largePng(width, height).toString('base64');
  const found = await page.evaluate(
    async ({ text, name }) => {
      const file = new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name);
      const segmenter = window.seg.createSegmenterWorker();
      await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' });
      const watch = window.watchTasks();
      const started = performance.now();
      const answer = await segmenter.segment(file).then(
        (map) => `${map.width}x${map.height}`,
        (error) => `${error.name}: ${error.message}`,
      );
      const again = await segmenter.segment(window.noise(96, 64));
      segmenter.dispose();
      return { answer, lives: again.width === 96, longest: watch.longest(), took: performance.now() - started };
    },
    { text: bytes, name: `${width}.png` },
  );
  if (!found.lives || !outcome.test(found.answer)) throw new Error(`expected ${outcome}, got ${JSON.stringify(found)}`);
  return `${found.answer} in ${(found.took / 1000).toFixed(1)} s, longest task ${found.longest} ms`;
}

export const PICTURE_CHECKS = {
  'pictures: every kind': kinds,
  'pictures: 12 megapixels': (tools) => large(tools, 4000, 3000, /^2048x153[67]$/),
  'pictures: 108 megapixels': (tools) => large(tools, 12_000, 9000, /^2048x153[67]$/),
  'pictures: 400 megapixels': (tools) =>
    large(
      tools,
      20_000,
      20_000,
      /^FormatError: readPicture: expected 20000\.png to have at most 128 megapixels, got 20000x20000 pixels$/,
    ),
};
