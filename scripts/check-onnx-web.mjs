// The shipped model, exported, in onnxruntime-web: WebAssembly, and WebGPU on a software adapter, in headless Chromium, beside
// onnxruntime-node; and a Segmenter whose network runs there, pixel by pixel beside one on WebAssembly. `SEG_CHROMIUM=… node scripts/check-onnx-web.mjs`, after a build.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const peers = path.join(root, '.seg', 'onnx');
const version = '1.30.0';
const dist = path.join(peers, 'node_modules', 'onnxruntime-web', 'dist');
if (!existsSync(dist)) {
  mkdirSync(peers, { recursive: true });
  const packages = [`onnxruntime-node@${version}`, `onnxruntime-web@${version}`];
  // without their scripts: those download CUDA
  execFileSync('npm', ['install', '--prefix', peers, '--ignore-scripts', ...packages], { stdio: 'inherit' });
}
const { chromium } = createRequire(path.join(root, 'examples/browser/package.json'))('playwright-core');
const ort = createRequire(path.join(peers, 'package.json'))('onnxruntime-node');

const file = path.join(peers, 'shipped.onnx');
const seg = path.join(root, 'packages/cli/bin/seg.mjs');
const model = path.join(root, 'examples/mask2former/model');
execFileSync(process.execPath, [seg, 'export', model, file, '--size', '128x128', '--force'], { stdio: 'inherit' });

const SHAPE = [1, 3, 128, 128];
const input = Float32Array.from({ length: 3 * 128 * 128 }, (_, i) => 1.5 * Math.sin(0.37 * i));
const session = await ort.InferenceSession.create(file);
const expected = await session.run({ pixel_values: new ort.Tensor('float32', input, SHAPE) });

/** Float32's rounding through the network, relative to the largest value of an output. */
const TOLERANCE = 1e-4;

const server = createServer(answer).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const browser = await chromium.launch({
  executablePath: process.env.SEG_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
});
const script = await bundle();
for (const provider of ['wasm', 'webgpu']) {
  check(provider, await runIn(provider));
  checkSegments(provider, await runIn(provider, 'segmenter'));
}
await browser.close();
server.close();
await session.release();

async function runIn(provider, kind = 'page') {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/${kind}/${provider}`);
  const found = await page.waitForFunction(() => window.result, null, { timeout: 240_000 });
  return found.jsonValue();
}

function check(provider, { error, outputs, milliseconds }) {
  if (error) throw new Error(`${provider}: ${error}`);
  for (const [name, values] of Object.entries(outputs)) {
    const reference = expected[name].data;
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - reference[i])), 0);
    console.log(`${provider} ${name}: ${worst.toExponential(1)} of ${largest.toFixed(2)}`);
    if (!(worst <= TOLERANCE * largest))
      throw new Error(`${provider}: expected the values of Node as ${name}, got others`);
  }
  console.log(`${provider}: ${milliseconds.toFixed(0)} ms`);
}

/** What Segmenter finds through onnxruntime-web, and on WebAssembly in the same page. */
function checkSegments(provider, { error, apart, segments }) {
  if (error) throw new Error(`${provider}: ${error}`);
  console.log(`${provider} Segmenter: ${segments} segments, ${apart} of 16384 pixels differ`);
  if (segments === 0) throw new Error(`${provider}: expected segments, got none`);
  if (apart > 0) throw new Error(`${provider}: expected the pixels of WebAssembly, got ${apart} others`);
}

/** A script with `compare(ort, provider)`, in the way of any page with a bundler. */
async function bundle() {
  const { build } = createRequire(path.join(root, 'examples/browser/package.json'))('esbuild');
  const contents = `
    import { useBackend } from '@seg/core';
    import { generateScene } from '@seg/data';
    import { Segmenter } from '@seg/models';
    import { webRuntime } from '@seg/onnx';
    export async function compare(ort, provider) {
      await useBackend('wasm');
      const { image } = generateScene({ seed: 4, height: 128, width: 128 });
      const session = { executionProviders: [provider] };
      const found = [];
      for (const runtime of [undefined, webRuntime({ ort, session })]) {
        const segmenter = await Segmenter.load(location.origin + '/model', { runtime });
        found.push(await segmenter.segment(image));
        segmenter.dispose();
      }
      const [here, there] = found;
      return { apart: here.ids.filter((id, i) => id !== there.ids[i]).length, segments: there.segments.length };
    }`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path.join(root, 'packages/cli') },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://page');
  const provider = /^\/page\/(wasm|webgpu)$/.exec(pathname)?.[1];
  if (provider) return response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(provider));
  const whole = /^\/segmenter\/(wasm|webgpu)$/.exec(pathname)?.[1];
  if (whole) return response.writeHead(200, { 'content-type': 'text/html' }).end(segmenterPage(whole));
  if (pathname === '/segmenter.mjs') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
  if (pathname.startsWith('/model/')) {
    const part = path.join(model, path.basename(pathname));
    return existsSync(part) ? response.end(readFileSync(part)) : response.writeHead(404).end();
  }
  const found = pathname === '/shipped.onnx' ? file : path.join(dist, path.basename(pathname));
  if (!existsSync(found)) return response.writeHead(404).end();
  const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const type = types[path.extname(found)] ?? 'application/octet-stream';
  return response.writeHead(200, { 'content-type': type }).end(readFileSync(found));
}

function pageOf(provider) {
  return `<link rel="icon" href="data:,"><script type="module">
    import * as ort from '/ort.${provider}.min.mjs';
    ort.env.wasm.wasmPaths = '/';
    ort.env.wasm.numThreads = 1;
    try {
      const session = await ort.InferenceSession.create('/shipped.onnx', { executionProviders: ['${provider}'] });
      const input = Float32Array.from({ length: 3 * 128 * 128 }, (_, i) => 1.5 * Math.sin(0.37 * i));
      const run = () => session.run({ pixel_values: new ort.Tensor('float32', input, [${SHAPE}]) });
      await run(); // compiles
      const begin = performance.now();
      const found = await run();
      const outputs = Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, Array.from(data)]));
      window.result = { outputs, milliseconds: performance.now() - begin };
    } catch (error) {
      window.result = { error: String(error) };
    }
  </script>`;
}

function segmenterPage(provider) {
  return `<link rel="icon" href="data:,"><script type="module">
    import * as ort from '/ort.${provider}.min.mjs';
    import { compare } from '/segmenter.mjs';
    ort.env.wasm.wasmPaths = '/';
    ort.env.wasm.numThreads = 1;
    window.result = await compare(ort, '${provider}').catch((error) => ({ error: String(error.stack) }));
  </script>`;
}
