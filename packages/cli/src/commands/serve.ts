import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type BackendInfo, type BackendName, useBackend } from '@seg/core';
import { Command } from 'commander';
import { backendFor, loadSegmenter, type Runtime } from '../predict/load-segmenter.ts';
import type { ImageSegmenter } from '../predict/segmenter.ts';
import { backendOption } from '../process/backend-option.ts';
import { type FinishRequest, finishOnSignal } from '../process/finish-on-signal.ts';
import { runtimeOption } from '../process/runtime-option.ts';
import { wholeNumber } from '../process/whole-number.ts';
import { terminalText } from '../render/terminal-text.ts';
import { createSegServer } from '../serve/server.ts';

/** Options of `seg serve`. */
export type ServeOptions = {
  model: string;
  backend: BackendName | 'auto';
  runtime: Runtime;
  host: string;
  port: number;
  queue: number;
  timeout: number;
  maxUpload: number;
  grace: number;
};

/** `seg serve --model DIR`: images over HTTP in, segments out, until a signal ends it. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a model over HTTP: POST /segment an image; /health, /ready, /metrics, /openapi.json')
    .requiredOption('--model <dir>', 'folder or URL with config.json and weights, or org/name[@revision] on the hub')
    .addOption(backendOption())
    .addOption(runtimeOption())
    .option('--host <address>', 'address to listen at; 0.0.0.0 for all', '127.0.0.1')
    .option('--port <n>', 'port to listen at; 0 for any', wholeNumber(0, 65_535), 8080)
    .option('--queue <n>', 'images that may wait; one more is answered with 429', wholeNumber(0, 256), 16)
    .option('--timeout <s>', 'seconds from request to answer, or 503', wholeNumber(1, 3600), 60)
    .option('--max-upload <bytes>', 'largest image', wholeNumber(1, 2 ** 30), 32 * 2 ** 20)
    .option('--grace <s>', 'seconds for images in hand after a signal', wholeNumber(0, 3600), 30)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const request = finishOnSignal();
  try {
    const backend = await useBackend(backendFor(options.runtime, options.backend));
    const segmenter = await loadSegmenter(options.model, options.runtime, request.signal).catch((error: unknown) => {
      if (request.signal.aborted) return null; // in the middle of a download, which the next start goes on with
      throw error;
    });
    if (segmenter !== null) {
      await listen(segmenter, options, backend, request).finally(() => segmenter.dispose());
    }
    process.exitCode = request.code() ?? undefined;
  } finally {
    request.release();
  }
}

/** Answers until a signal comes, and those in hand then. */
async function listen(
  segmenter: ImageSegmenter,
  { host, port, grace, ...options }: ServeOptions,
  { name, description }: BackendInfo,
  { signal }: FinishRequest,
): Promise<void> {
  const note = (text: string) => console.error(terminalText(text));
  const limits = { ...options, timeout: 1000 * options.timeout };
  const { server, end } = createSegServer(segmenter, { ...limits, version: readVersion(), note });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`serve: expected to listen at ${host}:${port}, got ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  const at = server.address() as AddressInfo;
  note(`backend ${name}: ${description}${options.runtime === 'onnx' ? '; the network in onnxruntime' : ''}`);
  note(`listening at http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await end(1000 * grace);
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
