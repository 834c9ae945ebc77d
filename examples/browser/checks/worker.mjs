// The worker of @seg/browser: the page answers while it loads and computes; cancel, missing files, slow lines, crashes.

/** No task of the page may be longer, in milliseconds: the definition of a long task (W3C, "Long Tasks API"). */
const LONGEST_TASK = 50;

/** 400 kbit/s, a bad mobile line. */
const SLOW = 50_000;

async function probe(open, options) {
  const page = await open('probe.html', options);
  await page.waitForFunction(() => window.seg !== undefined);
  return page;
}

async function longestTask({ open }, isolated) {
  const page = await probe(open, { settings: { isolated } });
  const found = await page.evaluate(async () => {
    const [image, small] = [window.noise(640, 480), window.noise(96, 64)];
    await new Promise((resolve) => setTimeout(resolve, 200)); // the page has settled
    const watch = window.watchTasks();
    const segmenter = window.seg.createSegmenterWorker();
    const progress = [];
    await segmenter.load(new URL('model/', location.href).href, {
      backend: 'wasm',
      onProgress: (p) => progress.push(p),
    });
    const started = performance.now();
    const { segments } = await segmenter.segment(image, { threshold: 0.3, transfer: true });
    await segmenter.segment(small, { threshold: 0.3 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { description } = segmenter.loaded.backend;
    segmenter.dispose();
    return {
      longest: watch.longest(),
      took: performance.now() - started,
      segments: segments.length,
      files: [...new Set(progress.map(({ file }) => file))],
      loaded: progress.at(-1).loaded === progress.at(-1).total,
      description,
      isolated: crossOriginIsolated,
    };
  });
  if (found.isolated !== isolated) throw new Error(`expected isolation ${isolated}, got ${found.isolated}`);
  if (found.longest > LONGEST_TASK) throw new Error(`expected no task over ${LONGEST_TASK} ms, got ${found.longest}`);
  if (found.segments === 0) throw new Error('expected segments, got none');
  if (found.files.join() !== 'config.json,model.safetensors' || !found.loaded) {
    throw new Error(`expected progress of both files to their end, got ${JSON.stringify(found)}`);
  }
  return `longest task ${found.longest} ms, two pictures in ${found.took.toFixed(0)} ms, ${found.description}`;
}

async function cancelled({ open }) {
  const page = await probe(open, { settings: { bytesPerSecond: SLOW } });
  return page.evaluate(async () => {
    const segmenter = window.seg.createSegmenterWorker();
    const url = new URL('model/', location.href).href;
    const controller = new AbortController();
    const started = performance.now();
    const loading = segmenter.load(url, {
      backend: 'wasm',
      signal: controller.signal,
      onProgress: ({ file, loaded }) => {
        if (file === 'model.safetensors' && loaded > 0) controller.abort(new Error('enough'));
      },
    });
    const message = await loading.then(
      () => 'loaded',
      (error) => error.message,
    );
    if (message !== 'enough') throw new Error(`expected the reason of the signal, got ${message}`);
    const took = performance.now() - started;
    if (took > 30_000) throw new Error(`expected an end at once, got one behind ${took} ms`);
    segmenter.dispose();
    return `ended behind ${took.toFixed(0)} ms of 72 s`;
  });
}

async function missing({ open }) {
  const statuses = { '/model/model.safetensors': 404 };
  const page = await probe(open, { settings: { statuses }, expected: /404/ });
  const { name, isOurs, message } = await page.evaluate(async () => {
    const segmenter = window.seg.createSegmenterWorker();
    const error = await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' }).catch((e) => e);
    segmenter.dispose();
    return { name: error.name, isOurs: error.constructor.name !== 'Error', message: error.message };
  });
  if (name !== 'FormatError' || !isOurs || !/expected model\.safetensors or .*, got none/.test(message)) {
    throw new Error(`expected a FormatError that names the files, got ${name}: ${message}`);
  }
  return message;
}

async function absent({ open }) {
  const page = await probe(open, { settings: { statuses: { '/worker.js': 404 } }, expected: /404/ });
  const message = await page.evaluate(() =>
    window.seg
      .createSegmenterWorker()
      .load('model/')
      .then(
        () => 'loaded',
        (error) => error.message,
      ),
  );
  if (!message.includes('its script cannot be loaded')) throw new Error(message);
  return message;
}

async function terminated({ open }) {
  const page = await probe(open);
  return page.evaluate(async () => {
    const worker = new Worker('worker.js', { type: 'module' });
    const segmenter = window.seg.createSegmenterWorker({ worker });
    await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' });
    const ended = segmenter.segment(window.noise(640, 480)).then(
      () => 'answered',
      ({ message }) => message,
    );
    setTimeout(() => worker.terminate(), 100);
    const message = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000, 'hangs'))]);
    if (!message.includes('got one that was terminated'))
      throw new Error(`expected an end by its reason, got ${message}`);
    const late = await segmenter.segment(window.noise(9, 9)).catch((error) => error.message);
    if (late !== message) throw new Error(`expected the same of the next call, got ${late}`);
    return message;
  });
}

/** Pictures that nobody can read: each is refused by name, and the worker goes on. */
async function strange({ open }) {
  const page = await probe(open);
  const messages = await page.evaluate(async () => {
    const segmenter = window.seg.createSegmenterWorker();
    await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' });
    const bitmap = await createImageBitmap(new ImageData(4, 4));
    bitmap.close();
    const frame = new VideoFrame(await createImageBitmap(new ImageData(4, 4)), { timestamp: 0 });
    frame.close();
    const [given, bytes] = [new ImageData(4, 4), window.noise(4, 4)];
    structuredClone(null, { transfer: [given.data.buffer, bytes.data.buffer] });
    const pictures = {
      'closed ImageBitmap': bitmap,
      'closed VideoFrame': frame,
      'detached ImageData': given,
      'detached bytes': bytes,
      'canvas of 0': Object.assign(document.createElement('canvas'), { width: 0 }),
      'OffscreenCanvas of 0': new OffscreenCanvas(0, 4),
      'empty video': document.createElement('video'),
      'image without a source': new Image(),
      'empty file': new File([], 'a.png'),
      'not there': new URL('nowhere.png', location.href),
    };
    const said = {};
    for (const [name, picture] of Object.entries(pictures)) {
      const answer = segmenter.segment(picture).then(
        () => 'answered',
        (error) => `${error.name}: ${error.message}`,
      );
      said[name] = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 20_000, 'hangs'))]);
    }
    const translucent = new ImageData(48, 32); // of nothing at all: white
    const found = await segmenter.segment(translucent);
    segmenter.dispose();
    return { ...said, translucent: `${found.width}x${found.height}` };
  });
  const { translucent, ...others } = messages;
  for (const [name, message] of Object.entries(others)) {
    if (!/^FormatError: \w+: expected .*, got /.test(message)) throw new Error(`${name}: ${message}`);
  }
  if (translucent !== '48x32') throw new Error(`expected an answer to a translucent picture, got ${translucent}`);
  return `${Object.keys(others).length} kinds refused by name`;
}

async function constant({ open }, count, loads) {
  const page = await probe(open);
  return page.evaluate(soak, [count, loads]);
}

/** Runs in the page. */
async function soak([pictures, loads]) {
  const { useBackend, Segmenter } = window.seg;
  await useBackend('wasm');
  const url = new URL('model/', location.href).href;
  const sizes = [
    [96, 64],
    [64, 96],
    [128, 128],
    [200, 150],
    [150, 200],
    [320, 180],
  ];
  const segmenter = await Segmenter.load(url);
  const run = async (count) => {
    for (let i = 0; i < count; i++) await segmenter.segment(window.noise(...sizes[i % sizes.length]));
  };
  const { tf } = window.seg;
  const state = () => ({ tensors: tf.memory().numTensors, wasm: tf.backend().wasm.HEAPU8.length });
  await run(2 * sizes.length);
  const before = state();
  await run(pictures);
  const after = state();
  segmenter.dispose();
  for (let i = 0; i < loads; i++) (await Segmenter.load(url)).dispose();
  const end = state();
  const isConstant = after.tensors === before.tensors && after.wasm === before.wasm && end.wasm === after.wasm;
  if (!isConstant || end.tensors !== 0) {
    throw new Error(`expected constant memory, got ${JSON.stringify({ before, after, end })}`);
  }
  return `${after.tensors} tensors and ${after.wasm / 2 ** 20} MiB of WebAssembly over ${pictures} pictures of 6 sizes, ${loads} loads, none left`;
}

/** A graphics processor: the segments of WebAssembly, again behind a lost device, in memory that is given back. */
async function onGraphics({ open }) {
  const page = await probe(open);
  return page.evaluate(graphics);
}

/** Runs in the page. */
async function graphics() {
  const { useBackend, Segmenter, tf } = window.seg;
  const url = new URL('model/', location.href).href;
  const picture = window.noise(96, 64);
  const found = async (segmenter) => {
    const { segments } = await segmenter.segment(picture, { threshold: 0.3 });
    return segments.map(({ category, area }) => `${category} of ${area}`).join(', ');
  };
  await useBackend('wasm');
  const there = await Segmenter.load(url);
  const expected = await found(there);
  there.dispose();
  await useBackend('webgpu');
  const segmenter = await Segmenter.load(url);
  const lost = tf.backend().device;
  const said = [await found(segmenter)];
  lost.destroy();
  await lost.lost; // a call that begins before is told of it, and the one behind it answers
  said.push(await found(segmenter));
  const other = said.find((one) => one !== expected);
  if (other !== undefined) throw new Error(`expected ${expected}, got ${other}`);
  if (tf.backend().device === lost) throw new Error('expected another device, got the one that was lost');
  const bytes = () => tf.backend().bufferManager.numBytesAllocated;
  const used = bytes();
  segmenter.dispose();
  if (tf.memory().numTensors > 0 || bytes() > used / 10) {
    throw new Error(`expected nothing left of ${used} bytes, got ${tf.memory().numTensors} tensors, ${bytes()} bytes`);
  }
  return `${expected}; ${(used / 2 ** 20).toFixed(0)} MiB, ${(bytes() / 2 ** 20).toFixed(0)} left`;
}

/** From the page's begin to the first result, all files in the browser's caches; the first visit beside it. */
async function firstResult({ open }) {
  const page = await probe(open);
  const visit = () =>
    page.evaluate(async () => {
      const segmenter = window.seg.createSegmenterWorker();
      await segmenter.load(new URL('model/', location.href).href, { backend: 'wasm' });
      await segmenter.segment(window.noise(128, 128), { threshold: 0.3 });
      segmenter.dispose();
      return performance.now(); // since the navigation began
    });
  const cold = await visit();
  const warm = [];
  for (let i = 0; i < 5; i++) {
    await page.reload();
    await page.waitForFunction(() => window.seg !== undefined);
    warm.push(await visit());
  }
  return `${cold.toFixed(0)} ms at the first visit, ${Math.min(...warm).toFixed(0)} to ${Math.max(...warm).toFixed(0)} ms later`;
}

export const WORKER_CHECKS = {
  'worker: the page answers while it loads and segments, isolated': (tools) => longestTask(tools, true),
  'worker: the page answers while it loads and segments, not isolated': (tools) => longestTask(tools, false),
  'worker: loading over a slow line is cancelled at once': cancelled,
  'worker: a missing file is an error of its class': missing,
  'worker: a missing script is said to be one': absent,
  'worker: one that is terminated fails its calls': terminated,
  'worker: pictures without pixels are refused by name': strange,
  'worker: a graphics processor, and its device lost': onGraphics,
  'soak: pictures of changing sizes': (tools) => constant(tools, 36, 5),
};

/** Run by their names alone. */
export const WORKER_MEASURES = {
  'measure: a soak of 300 pictures and 20 loads': (tools) => constant(tools, 300, 20),
  'measure: the first result of a page': firstResult,
};
