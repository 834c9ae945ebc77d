import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeRle, formatRle } from '@seg/coco-eval';
import { generateScene, SCENE_CATEGORIES, type Scene, sceneSeed } from '@seg/data';
import { CocoPanopticDataset, writeSceneSet } from '@seg/data/node';
import { decodeImage, type RgbImage, type SegmentMap } from '@seg/image';
import { type BitMask, isInside, measureSegments, packMask } from '@seg/postprocess';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { main } from '../main.ts';
import { inlineReader } from '../predict/image-reader.ts';
import { inlinePictures } from '../predict/picture-maker.ts';
import type { ImageSegmenter } from '../predict/segmenter.ts';
import { Progress } from '../render/progress.ts';
import { predictCommand } from './predict.ts';

const categories = SCENE_CATEGORIES;
const scenes = [0, 1].map((index) => generateScene({ seed: sceneSeed('testing', index), height: 64, width: 96 }));

let folder = '';
let printed: string[] = [];
let noted: string[] = [];
beforeEach(async () => {
  [printed, noted] = [[], []];
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(folder, { split: 'testing', count: 2, height: 64, width: 96 });
});
afterEach(() => rm(folder, { recursive: true }));

/** Knows the scenes by heart. */
const knowing: ImageSegmenter = {
  categories: SCENE_CATEGORIES,
  tasks: ['panoptic', 'instance', 'semantic'],
  dispose: () => {},
  segment: async (image, { task }) => {
    const scene = scenes.find((one) => sameBytes(one.image, image))!;
    if (task === 'instance') return instancesOf(scene);
    return task === 'semantic' ? semanticOf(scene) : panopticOf(scene);
  },
};

async function predict(...args: string[]): Promise<string> {
  return predictWith(knowing, ...args);
}

async function predictWith(segmenter: ImageSegmenter, ...args: string[]): Promise<string> {
  const io = {
    load: async () => segmenter,
    print: (text: string) => void printed.push(text),
    note: (text: string) => void noted.push(text),
    progress: new Progress({ write: () => {} }),
    reader: () => inlineReader,
    pictures: () => inlinePictures,
  };
  const command = predictCommand(io).exitOverride();
  const given = ['--out', path.join(folder, 'out'), '--model', 'somewhere', '--backend', 'cpu'];
  await command.parseAsync([...given, ...args], { from: 'user' });
  return printed.join('\n');
}

const images = () => path.join(folder, 'images');
const truth = () => ['--ground-truth', path.join(folder, 'panoptic.json')];

describe('results', () => {
  test('a model that knows the truth has PQ 100, and its files read back as the truth', async () => {
    const text = await predict(images(), ...truth());
    expect(text).toMatch(/\nPQ 100\.0 over 2 images$/);
    expect(noted[0]).toContain('backend cpu');
    expect(text).not.toContain('backend');
    expect(text).toMatch(/testing-000000\.png {2}96x64 {2}\d+\.\d\d s\ncategory +score +area +box/);
    const out = path.join(folder, 'out');
    expect((await readdir(out)).sort()).toEqual([
      'panoptic.json',
      'predictions.jsonl',
      'testing-000000.overlay.png',
      'testing-000000.panoptic.png',
      'testing-000001.overlay.png',
      'testing-000001.panoptic.png',
    ]);
    const written = await CocoPanopticDataset.open({
      json: path.join(out, 'panoptic.json'),
      images: images(),
      panoptic: out,
    });
    for (const [i, scene] of scenes.entries()) {
      const { ids, segments } = await written.read(i);
      expect(ids).toEqual(scene.panoptic);
      expect(segments.map(({ category_id }) => category_id)).toEqual(scene.segments.map((one) => one.category_id));
    }
  });

  test('the overlay shows the picture, enlarged by a whole factor, with something drawn on it', async () => {
    await predict(images());
    const file = path.join(folder, 'out', 'testing-000001.overlay.png');
    const overlay = await decodeImage(await readFile(file), file);
    expect([overlay.width, overlay.height]).toEqual([96 * 5, 64 * 5]);
  });

  test('--json prints one value with all segments', async () => {
    const json = JSON.parse(await predict(images(), '--json', ...truth()));
    expect(json.backend.name).toBe('cpu');
    expect(json.quality).toEqual({ pq: 100, images: 2 });
    expect(json.images.map(({ segments }: { segments: unknown[] }) => segments.length)).toEqual(
      scenes.map(({ segments }) => segments.length),
    );
    expect(json.images[0].segments[0]).toMatchObject({ id: 1, score: 1, isThing: true });
  });

  test('semantic: a segment for each class', async () => {
    const json = JSON.parse(await predict(images(), '--task', 'semantic', '--json'));
    const classes = new Set(scenes[0].segments.map(({ category_id }) => category_id));
    expect(json.images[0].segments.length).toBe(classes.size);
  });

  test('a model for instances finds instances, without being told and whatever truth there is', async () => {
    const text = await predictWith({ ...knowing, tasks: ['instance'] }, images(), ...truth());
    expect(text).not.toContain('PQ');
    expect(await readdir(path.join(folder, 'out'))).toContain('instances.json');
  });

  test('instance: COCO results beside the pictures', async () => {
    await predict(images(), '--task', 'instance');
    const results = JSON.parse(await readFile(path.join(folder, 'out', 'instances.json'), 'utf8'));
    const things = scenes[0].segments.filter(({ isThing }) => isThing);
    const first = results.filter(({ image_id }: { image_id: number }) => image_id === 1);
    expect(first.length).toBe(things.length);
    expect(first[0]).toMatchObject({ category_id: things[0].category_id });
    expect(first[0].bbox).toBeUndefined(); // pycocotools would measure areas by it
    expect(first[0].segmentation.size).toEqual([64, 96]);
  });
});

/** Instances of the scenes as a COCO file of somebody else: other ids, in another order. */
async function foreignTruth(): Promise<string> {
  const named = categories.map(({ name }, index) => ({ id: 900 - 7 * index, name: name.toUpperCase() })).reverse();
  const idOf = (id: number) => 900 - 7 * categories.findIndex((one) => one.id === id);
  const listed = [41, 17].map((id, index) => ({ id, file_name: `testing-00000${index}.jpg`, width: 96, height: 64 }));
  const annotations = scenes.flatMap((scene, index) =>
    instancesOf(scene).instances.map(({ category, mask }) => ({
      ...{ image_id: listed[index].id, category_id: idOf(categories[category].id), iscrowd: 0 },
      ...{ area: mask.area, bbox: mask.bbox, segmentation: instanceSegmentation(mask) },
    })),
  );
  const json = {
    images: listed.toReversed(),
    annotations: annotations.map((one, i) => ({ id: i + 1, ...one })),
    categories: named,
  };
  return file('foreign.json', JSON.stringify(json));
}

function instanceSegmentation(mask: BitMask) {
  const inside = Uint8Array.from({ length: mask.width * mask.height }, (_, i) => Number(isInside(mask, i)));
  return formatRle(encodeRle(inside, mask.height, mask.width));
}

describe('prediction and evaluation fit together', () => {
  test.each(['--images', '--ground-truth'])('instances have the ids of the file given by %s: AP 1', async (option) => {
    const own = await foreignTruth();
    await predict(images(), '--task', 'instance', option, own);
    const results = path.join(folder, 'out', 'instances.json');
    const { lines, code } = await runMain(['evaluate', 'instances', '--gt', own, '--dt', results], 'log');
    expect(code).toBe(0);
    expect(lines.join('\n')).toContain(
      ' Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000',
    );
  });

  test('panoptic ground truth may count its categories and images in another way', async () => {
    const json = JSON.parse(await readFile(path.join(folder, 'panoptic.json'), 'utf8'));
    for (const list of [json.categories, ...json.annotations.map((one: Entry) => one.segments_info)]) {
      for (const entry of list) {
        if ('category_id' in entry) entry.category_id += 50;
        else entry.id += 50;
      }
    }
    for (const image of json.images) image.id += 1000;
    for (const annotation of json.annotations) annotation.image_id += 1000;
    await writeFile(path.join(folder, 'panoptic.json'), JSON.stringify(json));
    expect(await predict(images(), ...truth())).toMatch(/PQ 100\.0 over 2 images$/);
    const files = ['--gt', path.join(folder, 'panoptic.json'), '--dt', path.join(folder, 'out', 'panoptic.json')];
    const folders = ['--gt-folder', path.join(folder, 'panoptic'), '--dt-folder', path.join(folder, 'out')];
    const { lines } = await runMain(['evaluate', 'panoptic', ...files, ...folders], 'log');
    expect(lines.join('\n')).toMatch(/All +\| +100\.0/);
  });

  test('an image that the file does not list is refused by name', async () => {
    const own = await file('few.json', JSON.stringify({ images: [{ id: 1, file_name: 'x.png' }], categories: [] }));
    await expect(predict(images(), '--images', own)).rejects.toThrow(/lists, got .*testing-000000\.png$/);
    const both = predict(images(), '--images', own, '--ground-truth', own);
    await expect(both).rejects.toThrow('expected --images or --ground-truth, got both');
  });
});

type Entry = { segments_info: Record<string, number>[] };

describe('runs that are interrupted', () => {
  const failing = (at: number): ImageSegmenter => {
    let calls = 0;
    return {
      ...knowing,
      segment: async (image, options) => {
        if (++calls > at) throw new Error('expected a power supply, got none');
        return knowing.segment(image, options);
      },
    };
  };

  test.each(['panoptic', 'instance'])('go on to the files of one run: %s', async (task) => {
    const args = [images(), '--task', task, ...truth()];
    const out = path.join(folder, 'out');
    const results = async () => {
      const names = (await readdir(out)).filter((name) => !name.endsWith('.jsonl'));
      return Promise.all(
        names.sort().map(async (name) => [name, (await readFile(path.join(out, name))).toString('hex')]),
      );
    };
    await predict(...args);
    const whole = await results();
    await rm(out, { recursive: true });
    await expect(predictWith(failing(1), ...args)).rejects.toThrow('power supply');
    expect(await readdir(out)).not.toContain('panoptic.json');
    const records = path.join(out, 'predictions.jsonl');
    const kept = await readFile(records, 'utf8');
    expect(kept.trimEnd().split('\n').length).toBe(2); // what all have in common, and one image
    await writeFile(records, `${kept}{"image":{"id":2,"file_na`); // torn in the middle of a line
    printed = [];
    const text = await predictWith(failing(1), ...args, '--resume');
    expect(await results()).toEqual(whole);
    if (task === 'panoptic') expect(text).toMatch(/PQ 100\.0 over 2 images$/);
  });

  test('records of another task, and damaged ones, are refused', async () => {
    await predict(images());
    await expect(predict(images(), '--task', 'semantic', '--resume')).rejects.toThrow('records of the same task');
    const records = path.join(folder, 'out', 'predictions.jsonl');
    const [first, second, ...rest] = (await readFile(records, 'utf8')).split('\n');
    await writeFile(records, [first, second.replace('"area":', '"area":"x","was":'), ...rest].join('\n'));
    await expect(predict(images(), '--resume')).rejects.toThrow(
      /jsonl: line 2: expected .* as annotation\.segments_info/,
    );
  });

  test('nothing that is there is replaced unless told', async () => {
    await predict(images());
    await expect(predict(images())).rejects.toThrow(/expected no .*predictions\.jsonl \(another --out, --resume/);
    await rm(path.join(folder, 'out', 'predictions.jsonl'));
    await expect(predict(images())).rejects.toThrow(/expected no .*panoptic\.json/);
    await expect(predict(images(), '--force', ...truth())).resolves.toMatch(/PQ 100\.0/);
  });

  test('a picture may have the end of a line in its name', async () => {
    await rename(path.join(images(), 'testing-000001.png'), path.join(images(), 'two\nlines.png'));
    const json = JSON.parse(await predict(images(), '--json'));
    expect(json.images.length).toBe(2);
    expect(await readdir(path.join(folder, 'out'))).toContain('two\nlines.overlay.png');
  });

  test('an input is never an output', async () => {
    await predict(images());
    const overlay = path.join(folder, 'out', 'testing-000000.overlay.png');
    await mkdir(path.join(folder, 'in'));
    const own = path.join(folder, 'in', 'a.png');
    await writeFile(own, await readFile(path.join(images(), 'testing-000000.png')));
    await writeFile(path.join(folder, 'in', 'a.overlay.png'), await readFile(overlay));
    const into = predict(own, path.join(folder, 'in', 'a.overlay.png'), '--out', path.join(folder, 'in'), '--force');
    await expect(into).rejects.toThrow(/expected outputs apart from inputs, got .*a\.overlay\.png as both/);
  });

  test('an image that cannot be read stops the run, or is skipped and named', async () => {
    const bad = path.join(images(), 'broken.png');
    await writeFile(bad, (await readFile(path.join(images(), 'testing-000000.png'))).subarray(0, 100));
    await expect(predict(images())).rejects.toThrow('broken.png');
    await predict(images(), '--force', '--on-error', 'skip');
    expect(noted.join('\n')).toMatch(/skipped: .*broken\.png/);
    const json = JSON.parse(await readFile(path.join(folder, 'out', 'panoptic.json'), 'utf8'));
    expect(json.images.map((one: { file_name: string }) => one.file_name)).toEqual([
      'testing-000000.png',
      'testing-000001.png',
    ]);
  });
});

async function file(name: string, content: string): Promise<string> {
  const made = path.join(folder, name);
  await writeFile(made, content);
  return made;
}

describe('what is wrong is said in one line before the model is loaded', () => {
  test.each([
    ['an image that is not there', async () => ['nowhere.jpg'], 'predict: expected an image nowhere.jpg, got ENOENT'],
    ['a text called .jpg', async () => [await file('a.jpg', 'hello')], 'to be a JPEG or PNG image, got text'],
    ['an empty file', async () => [await file('a.png', '')], 'to be a JPEG or PNG image, got an empty file'],
    ['a URL', async () => ['https://example.org/a.jpg'], 'got the URL https://example.org/a.jpg'],
    ['a folder without pictures', async () => [folder], 'expected JPEG or PNG images in'],
    [
      'two images of one name',
      async () => [images(), path.join(folder, 'panoptic')],
      'expected images with different names',
    ],
    [
      'truth that is not JSON',
      async () => [images(), '--ground-truth', await file('t.json', 'x')],
      't.json: expected JSON, got Unexpected token',
    ],
    ['an out folder that is a file', async () => [images(), '--out', await file('o', '')], 'to write to, got EEXIST'],
    [
      'a model that is not there',
      async () => [images(), '--out', path.join(folder, 'new')],
      'nowhere: expected a folder',
    ],
  ])('%s', async (_, args, message) => {
    const { code, lines } = await runMain(['predict', ...(await args()), '--model', 'nowhere', '--backend', 'cpu']);
    expect(code).toBe(1);
    const [line, ...others] = lines.filter((one) => !one.startsWith('backend cpu'));
    expect(others).toEqual([]);
    expect(line).toContain(message);
    expect(line).not.toMatch(/\n|^ {4}at /);
  });

  test.each([
    ['no model', ['predict', 'a.jpg'], "required option '--model <dir>' not specified"],
    ['a threshold beyond 1', ['predict', 'a.jpg', '--model', 'm', '--threshold', '7'], 'expected a number from 0 to 1'],
    ['another task', ['predict', 'a.jpg', '--model', 'm', '--task', 'depth'], 'Allowed choices are panoptic, instance'],
  ])('%s', async (_, args, message) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await main(args)).toBe(2);
    expect(write.mock.calls.flat().join('')).toContain(message);
    write.mockRestore();
  });

  test('a task that the model lacks', async () => {
    const failed = predictWith({ ...knowing, tasks: ['instance'] }, images(), '--task', 'semantic');
    await expect(failed).rejects.toThrow('predict: expected --task instance with this model, got semantic');
  });

  test('ground truth of another data set', async () => {
    const json = JSON.parse(await readFile(path.join(folder, 'panoptic.json'), 'utf8'));
    json.categories[2].name = 'giraffe';
    await writeFile(path.join(folder, 'panoptic.json'), JSON.stringify(json));
    const name = categories[2].name;
    await expect(predict(images(), ...truth())).rejects.toThrow(`expected the model's category "${name}", got none`);
  });

  test('a disk that fills up in the middle: one line, and no half-written file', async (context) => {
    const disk = path.join(folder, 'disk');
    await mkdir(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status === 0;
    if (!mounted) return context.skip('needs the right to mount a small disk');
    try {
      const failed = predict(images(), '--out', disk);
      await expect(failed).rejects.toThrow(/^writeFileAtomic: expected to write .*\.png, got ENOSPC[^\n]*$/);
      for (const name of (await readdir(disk)).filter((one) => !one.endsWith('.jsonl'))) {
        await decodeImage(readFileSync(path.join(disk, name)), name);
      }
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

async function runMain(args: string[], of: 'error' | 'log' = 'error'): Promise<{ code: number; lines: string[] }> {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const code = await main(args);
  const lines = (of === 'error' ? error : log).mock.calls.map(([text]) => String(text));
  error.mockRestore();
  log.mockRestore();
  return { code, lines };
}

function sameBytes(a: RgbImage, b: RgbImage): boolean {
  return Buffer.from(a.data).equals(Buffer.from(b.data));
}

function panopticOf({ image, panoptic, segments }: Scene): SegmentMap {
  const claims = segments.map(({ id, category_id, isThing }) => {
    return { id, category: category_id - 1, isThing, score: 1 };
  });
  return {
    ids: panoptic,
    width: image.width,
    height: image.height,
    segments: measureSegments(panoptic, image.width, claims),
  };
}

function semanticOf({ image, panoptic, segments }: Scene): SegmentMap {
  const classes = new Map(segments.map(({ id, category_id }) => [id, category_id]));
  const ids = panoptic.map((id) => classes.get(id)!);
  const claims = SCENE_CATEGORIES.map(({ id, isThing }) => ({ id, category: id - 1, isThing, score: 1 }));
  return { ids, width: image.width, height: image.height, segments: measureSegments(ids, image.width, claims) };
}

function instancesOf({ image, panoptic, segments }: Scene) {
  const { width, height } = image;
  const things = segments.filter(({ isThing }) => isThing);
  const instances = things.map(({ id, category_id }) => {
    const mask = packMask(
      Uint8Array.from(panoptic, (one) => Number(one === id)),
      0,
      1,
      [height, width],
    );
    return { category: category_id - 1, score: 0.9, mask };
  });
  return { instances, width, height };
}
