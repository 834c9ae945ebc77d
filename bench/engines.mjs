// Engines of a comparison: each a resident process that answers every line on its standard input with one of JSON, taken in turn.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Characters of an engine's last errors that are kept for the reason of its end. */
const KEPT = 10_000;

/** @returns {{ name: string, run: () => Promise<{ seconds: number }>, stop: () => void }} */
export function startEngine(name, command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  const tell = (text) => void (errors = (errors + text).slice(-KEPT));
  child.on('error', (error) => tell(`${error}\n`)); // no such command
  child.stdin.on('error', () => {}); // its end is told by what it does not answer
  child.stderr.setEncoding('utf8').on('data', tell);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async () => {
    child.stdin.write('\n');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) await ended;
      if (done) throw new Error(`${name}: expected an answer, got the end of the process${reasonIn(errors)}`);
      const found = /^(\{.*\}|[\d.]+)$/.exec(value);
      if (found) return value.startsWith('{') ? JSON.parse(value) : { seconds: Number(value) };
    }
  };
  return { name, run, stop: () => child.kill() };
}

/** The line that names an error among what a process has said, else the last. */
function reasonIn(errors) {
  const lines = errors.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /^[\w.]*(Error|Exception)\b/.test(line)) ?? lines.at(-1);
  return reason === undefined ? '' : `: ${reason}`;
}

/** Runs each once to warm up, then all of them in every round, in a random order, and stops them. @returns {Promise<Map<string, object[]>>} */
export async function inTurn(engines, rounds) {
  const results = new Map(engines.map(({ name }) => [name, []]));
  try {
    for (const engine of engines) await engine.run();
    for (let round = 0; round < rounds; round++) {
      for (const engine of shuffled(engines)) results.get(engine.name).push(await engine.run());
    }
  } finally {
    for (const engine of engines) engine.stop();
  }
  return results;
}

/** The result of least `what`. */
export function leastOf(results, what = 'seconds') {
  return results.reduce((least, result) => (result[what] < least[what] ? result : least));
}

/** `0.50 of ort-web, …`: one engine's number as a share of all others'. @param {Map<string, number>} numbers */
export function ratiosOf(name, numbers) {
  const peers = [...numbers].filter(([peer]) => peer !== name);
  return peers.map(([peer, number]) => `${(numbers.get(name) / number).toFixed(2)} of ${peer}`).join(', ');
}

function shuffled(list) {
  return list
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
