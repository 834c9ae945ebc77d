// Memory and time of `seg predict merge` over many generated records in four shards:
//   node bench/predict/merge.mjs [--images 100000] [--task instance]
// Exits with 1 beyond 500 MB. Needs a build; set TMPDIR to a disk with room for two empty files an image.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { oneOf, readArguments, count as wholeNumber } from '../arguments.mjs';

/** Largest resident size that is allowed, in MB. */
const MOST = 500;

const { values } = readArguments(import.meta.url, {
  images: wholeNumber('100000'),
  task: oneOf(['panoptic', 'instance'], 'panoptic'),
});
const [count, n] = [Number(values.images), 4];
const dist = new URL('../../packages/cli/dist/', import.meta.url);
const { shardOf } = await import(new URL('predict/list-shard.js', dist));
const folder = mkdtempSync(path.join(tmpdir(), 'seg-merge-'));
try {
  await writeShards();
  const main = new URL('main.js', dist).href;
  const code = `const { main } = await import(${JSON.stringify(main)});
    const code = await main(['predict', 'merge', ${JSON.stringify(folder)}]);
    console.log(JSON.stringify({ code, rss: process.resourceUsage().maxRSS / 1024, seconds: performance.now() / 1000 }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  const { code: exit, rss, seconds } = JSON.parse(stdout.trim().split('\n').at(-1));
  if (exit !== 0) throw new Error(`merge: expected success, got ${stderr}`);
  const bytes = statSync(path.join(folder, values.task === 'instance' ? 'instances.json' : 'panoptic.json')).size;
  console.log(
    `${count} ${values.task} records: ${rss.toFixed(0)} MB, ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB written`,
  );
  if (rss > MOST) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function writeShards() {
  const names = Array.from({ length: count }, (_, i) => String(i).padStart(12, '0'));
  const shards = names.map((name) => shardOf(name, n));
  for (let k = 1; k <= n; k++) {
    const file = createWriteStream(path.join(folder, `predictions.${k}-of-${n}.jsonl`));
    const mine = names.flatMap((name, index) => (shards[index] === k ? [{ name, index }] : []));
    file.write(`${JSON.stringify(headerOf(k, mine.length))}\n`);
    for (const { name, index } of mine) {
      for (const kind of ['overlay', 'panoptic']) writeFileSync(path.join(folder, `${name}.${kind}.png`), '');
      if (!file.write(`${JSON.stringify(recordOf(name, index))}\n`))
        await new Promise((next) => file.once('drain', next));
    }
    file.end();
    await finished(file);
  }
}

function headerOf(k, images) {
  return {
    format: 'seg-predictions-2',
    task: values.task,
    threshold: null,
    categories: [{ id: 1, name: 'thing', isthing: 1 }],
    model: '0'.repeat(64),
    list: { digest: '1'.repeat(64), images: count },
    shard: { k, n, images },
  };
}

function recordOf(name, index) {
  const segment = (id) => ({ id, category_id: 1, area: 100 * id, bbox: [id, id, 10, 10], iscrowd: 0 });
  const instance = {
    image_id: index + 1,
    category_id: 1,
    score: 0.5,
    segmentation: { size: [480, 640], counts: 'x'.repeat(300) },
  };
  return {
    index,
    digest: '2'.repeat(64),
    image: { id: index + 1, file_name: `${name}.jpg`, width: 640, height: 480 },
    annotation: {
      image_id: index + 1,
      file_name: `${name}.panoptic.png`,
      segments_info: Array.from({ length: 12 }, (_, i) => segment(i + 1)),
    },
    ...(values.task === 'instance' && { instances: Array.from({ length: 10 }, () => instance) }),
  };
}
