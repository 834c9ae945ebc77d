// Load on `seg serve`: requests of many clients on loopback, errors, times, and the server's memory:
//   node bench/predict/serve.mjs [--requests 1000] [--clients 20] [--model examples/mask2former/model] [--backend wasm]
// Needs a build. Exits with 1 at any answer but 200.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BACKENDS, count, oneOf, readArguments, text } from '../arguments.mjs';

const { values } = readArguments(import.meta.url, {
  requests: count('1000'),
  clients: count('20'),
  model: text('examples/mask2former/model'),
  backend: oneOf(BACKENDS, 'wasm'),
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const samples = path.join(root, 'examples/samples/images');
const pictures = readdirSync(samples).map((name) => readFileSync(path.join(samples, name)));
const args = ['serve', '--model', values.model, '--backend', values.backend, '--port', '0', '--queue', values.clients];
const server = spawn(process.execPath, [path.join(root, 'packages/cli/bin/seg.mjs'), ...args], { cwd: root });
const url = await new Promise((resolve, reject) => {
  let text = '';
  server.stderr.on('data', (data) => {
    text += data;
    const found = /listening at (\S+)/.exec(text);
    if (found) resolve(found[1]);
  });
  server.on('exit', () => reject(new Error(`serve: expected a server, got ${text}`)));
});

const [total, clients] = [Number(values.requests), Number(values.clients)];
const times = [];
const memory = [];
let [next, failed] = [0, 0];
const begun = performance.now();
await Promise.all(Array.from({ length: clients }, client));
const seconds = (performance.now() - begun) / 1000;
const end = new Promise((resolve) => server.once('exit', (code) => resolve(code)));
server.kill('SIGTERM');
times.sort((a, b) => a - b);
const at = (part) => (times[Math.min(times.length - 1, Math.floor(part * times.length))] / 1000).toFixed(2);
const mb = (k) => memory[k]?.toFixed(0);
console.log(`${total} requests of ${clients} clients: ${failed} failed, ${(total / seconds).toFixed(2)} images/s`);
console.log(`seconds: p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`);
console.log(
  `server: ${mb(0)} MB after a tenth, ${mb(memory.length - 1)} MB at the end; exit code ${await end} of SIGTERM`,
);
if (failed > 0) process.exitCode = 1;

async function client() {
  while (next < total) {
    const index = next++;
    const start = performance.now();
    const answer = await fetch(`${url}/segment`, { method: 'POST', body: pictures[index % pictures.length] });
    await answer.arrayBuffer();
    times.push(performance.now() - start);
    if (answer.status !== 200) failed++;
    if (times.length % Math.ceil(total / 10) === 0) memory.push(await residentMemory());
  }
}

async function residentMemory() {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)[1]) / 1e6;
}
