import path from 'node:path';
import { generateScene } from '@seg/data';
import { encodePng } from '@seg/image';
import { afterEach, expect, test, vi } from 'vitest';

import { main } from '../src/main.ts';
import { requestFinish } from '../src/process/finish-on-signal.ts';

const MODEL = path.join(import.meta.dirname, '../../../examples/mask2former/model');

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

type Answer = { segments: { score: number }[] };

/** Sums come in another order there: scores agree to float32's rounding, all else to the pixel. */
function rounded({ segments, ...rest }: Answer): unknown {
  return { ...rest, segments: segments.map((each) => ({ ...each, score: each.score.toFixed(5) })) };
}

/** Starts a server, asks it for the segments of a scene, and ends it by a signal. */
async function answered(runtime: string): Promise<{ told: string; answer: Answer }> {
  const told: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
  const serving = main(['serve', '--model', MODEL, '--port', '0', '--backend', 'wasm', '--runtime', runtime]);
  const url = await vi.waitUntil(() => told.join('\n').match(/listening at (\S+)/)?.[1], { timeout: 60_000 });
  const body = encodePng(generateScene({ seed: 4, height: 128, width: 128 }).image) as Uint8Array<ArrayBuffer>;
  const response = await fetch(`${url}/segment`, { method: 'POST', body });
  const answer = (await response.json()) as Answer;
  expect(requestFinish(143)).toBe(true);
  expect(await serving).toBe(143);
  return { told: told.join('\n'), answer };
}

test('a server whose network runs in onnxruntime says so, and answers the same', async () => {
  const [here, there] = [await answered('tfjs'), await answered('onnx')];
  expect(there.told).toContain('the network in onnxruntime');
  expect(here.told).not.toContain('onnxruntime');
  expect(here.answer.segments.length).toBeGreaterThan(0);
  expect(rounded(there.answer)).toEqual(rounded(here.answer));
});
