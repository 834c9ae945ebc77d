// Feeds changed files to a reader, in a process of its own with a watchdog: each must be read, or refused with an error of
// one line that says what was expected; none may hang, or take more memory than ten times the file and 200 MB.
//
//   node scripts/fuzz/main.mjs images|checkpoints|evaluations|panoptic-json|annotations|goldens|configs [--cases 2000] [--seed 1]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '@seg/core';

/** One case may take so long: the slowest of 30,000 took 84 ms. */
const SECONDS = 10;

/** Memory beyond ten times the file, in MB. */
const MEGABYTES = 200;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const [reader] = positionals;
if (process.send === undefined) watch();
else await run();

function watch() {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
  let last = 'the start';
  let alarm = setTimeout(hung, SECONDS * 1000);
  child.on('message', (message) => {
    last = message;
    clearTimeout(alarm);
    alarm = setTimeout(hung, SECONDS * 1000);
  });
  child.on('exit', (code, signal) => {
    clearTimeout(alarm);
    if (code !== 0) console.error(`fuzz ${reader}: ended by ${signal ?? code} after ${last}`);
    process.exitCode = code ?? 1;
  });
  function hung() {
    console.error(`fuzz ${reader}: expected an answer within ${SECONDS} s, got none after ${last}`);
    child.kill('SIGKILL');
  }
}

async function run() {
  const { caseOf, read, isRefusal = isOneLine } = await import(`./${reader}.mjs`);
  const [count, seed] = [Number(values.cases), Number(values.seed)];
  const start = process.resourceUsage().maxRSS;
  let [answers, refusals, largest] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    if (index % 16 === 0) process.send(`case ${index} of seed ${seed}`);
    if (index % 16 === 0) await new Promise(setImmediate); // files that nobody holds are closed between turns
    const bytes = caseOf(seededRandom(seed * 1_000_003 + index)); // each case can be had alone
    largest = Math.max(largest, bytes.length);
    try {
      await read(bytes);
      answers++;
    } catch (error) {
      refusals++;
      if (isRefusal(error)) continue;
      console.error(
        `fuzz ${reader}: case ${index} of seed ${seed}: expected a refusal that says so, got ${error.stack}`,
      );
      process.exit(1);
    }
  }
  const grown = (process.resourceUsage().maxRSS - start) / 1024;
  console.log(
    `fuzz ${reader}: ${count} cases of seed ${seed}: ${answers} read, ${refusals} refused, ${grown.toFixed(0)} MB more`,
  );
  if (grown > MEGABYTES + (10 * largest) / 2 ** 20) {
    console.error(
      `fuzz ${reader}: expected at most ${MEGABYTES} MB and ten times the file, got ${grown.toFixed(0)} MB`,
    );
    process.exit(1);
  }
  process.disconnect();
}

/** A refusal, unless the reader says otherwise: an error of our class, in one line. */
function isOneLine({ name, message }) {
  return name === 'FormatError' && /^[^\n]*expected [^\n]*, got [^\n]*$/.test(message);
}
