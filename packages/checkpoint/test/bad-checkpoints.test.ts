import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ZippableFile, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';

import { bytesOf } from '../src/byte-source.ts';
import { FormatError } from '../src/errors.ts';
import { openCheckpoint } from '../src/open-checkpoint.ts';
import type { ParamSource } from '../src/param-source.ts';
import { openTensorBundle } from '../src/tensorflow/open-tensor-bundle.ts';
import { seededRandom } from './seeded-random.ts';

const FOLDER = path.join(import.meta.dirname, 'fixtures/checkpoints');
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(FOLDER, name)));
/** Bytes of a text, one for each character. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const open = (content: Uint8Array | string): ParamSource =>
  openCheckpoint(bytesOf('bad.pth', typeof content === 'string' ? latin1(content) : content));
const bundle = (index: Uint8Array, ...data: (Uint8Array | null)[]): Promise<ParamSource> =>
  openTensorBundle(bytesOf('bad.index', index), async (i) => (data[i] ? bytesOf(`bad.data-${i}`, data[i]) : null));

/** A zip as torch.save makes it, of a pickle and other entries. */
function torchZip(pickle: string, rest: Record<string, Uint8Array | ZippableFile> = {}, level: 0 | 9 = 0): Uint8Array {
  const entries = Object.fromEntries(Object.entries(rest).map(([name, content]) => [`a/${name}`, content]));
  return zipSync({ 'a/data.pkl': latin1(pickle), ...entries } as Record<string, Uint8Array>, { level });
}

/** Protocol 2: `{'w': tensor}` of a float32 storage '0' with `count` elements. */
function tensorPickle({
  count,
  offset = 'K\x00',
  size,
  stride,
}: Record<'count' | 'size' | 'stride', string> & { offset?: string }) {
  const storage = `(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu${count}tQ`;
  return `\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}(${size}t(${stride}t\x89NtRs.`;
}

function patched(bytes: Uint8Array, find: string, replacement: string): Uint8Array {
  const at = Buffer.from(bytes).lastIndexOf(latin1(find));
  expect(at, find).toBeGreaterThan(-1);
  const copy = bytes.slice();
  copy.set(latin1(replacement), at);
  return copy;
}

describe('pickles that want more than tensors', () => {
  test.each([
    ['os.system', "cposix\nsystem\n(S'touch /tmp/owned'\ntR.", /got posix\.system at 0$/],
    ['by stack, protocol 4', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.', /got os\.system at 14$/],
    ['getattr', '\x80\x02cbuiltins\ngetattr\n(NNtR.', /got builtins\.getattr at 2$/],
    ['a class of its own', '\x80\x02cevil\nThing\n)\x81}b.', /got evil\.Thing at 2$/],
    [
      'several, all named',
      "\x80\x02cos\nsystem\n(S'a'\ntRcbuiltins\neval\n(S'b'\ntR\x86.",
      /tensors and plain containers only, got os\.system at 2\n {2}builtins\.eval at 21$/,
    ],
    ['one behind which all is broken', '\x80\x02cos\nsystem\nR\xff', /got os\.system at 2$/],
  ])('%s is refused by name', (_, pickle, message) => {
    expect(() => open(pickle)).toThrow(message);
    expect(() => open(torchZip(pickle))).toThrow(message);
  });

  test.each([
    ['INST', '\x80\x02(iposix\nsystem\n.', /pickle at 3: expected a known opcode, got INST/],
    ['EXT1', '\x80\x02\x82\x01.', /pickle at 2: expected a known opcode, got EXT1/],
    ['NEXT_BUFFER', '\x80\x05\x97.', /pickle at 2: expected a known opcode, got NEXT_BUFFER/],
    ['a byte that is none', '\x80\x02\xff.', /got byte 0xff/],
    ['protocol 6', '\x80\x06N.', /expected pickle protocol 0 to 5, got 6/],
    ['a persistent id', '\x80\x02}Q.', /expected no persistent ids, got one/],
    ['a call of what is no function', '\x80\x02})R.', /expected a function and its arguments/],
    ['a pop of nothing', '\x80\x02R.', /expected a value on the stack, got none/],
    ['a memo that was not set', '\x80\x02h\x05.', /expected a value in memo 5, got none/],
    ['an append to a tuple', '\x80\x02)Na.', /expected a list to append to/],
    ['a length beyond the end', '\x80\x02X\xff\xff\xff\x7fabc', /expected 2147483647 more bytes, got the end/],
    ['a 64-bit length', '\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc', /more bytes, got the end of the file/],
  ])('%s is refused where it stands', (_, pickle, message) => {
    expect(() => open(pickle)).toThrow(message);
  });

  test('names of JavaScript are keys like others', () => {
    const pickle = '\x80\x02}X\x09\0\0\0__proto__}X\x08\0\0\0pollutedK\x01ss.';
    expect(() => open(pickle)).toThrow('got a dict of __proto__');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('cycles', () => {
  test.each([
    ['a list in itself', '\x80\x02]q\x00h\x00a.'],
    ['a dict in itself', '\x80\x02}q\x00X\x05\0\0\0modelh\x00s.'],
    ['two dicts in each other', '\x80\x02}q\x00X\x05\0\0\0model}q\x01X\x05\0\0\0modelh\x00ss.'],
    ['a tuple in its list', '\x80\x02]q\x00h\x00\x85a.'],
  ])('%s', (_, pickle) => {
    expect(() => open(pickle)).toThrow('expected containers in containers, got a cycle');
  });

  test('lists shared over and over take no time: 2^200 paths', () => {
    const pickle = `\x80\x02]${'2\x86'.repeat(200)}.`;
    expect(() => open(pickle)).toThrow('expected a dict of tensors');
  });
});

describe('memory is bounded', () => {
  test('more opcodes than any checkpoint has', () => {
    expect(() => open(`\x80\x02${']'.repeat(2_000_001)}.`)).toThrow('expected at most 2000000 opcodes, got more');
  });

  test('marks in marks', () => {
    expect(() => open('('.repeat(10_001))).toThrow('expected at most 10000 open marks, got more');
  });

  test.each([
    [
      'a list of 300 000 pairs, made a dict 100 000 times',
      `ccollections\nOrderedDict\nq\x00]q\x01(${'NN\x86'.repeat(300_000)}e${'h\x00h\x01\x85R0'.repeat(100_000)}.`,
    ],
    [
      'a text of two million characters, made bytes 100 000 times',
      `c_codecs\nencode\nq\x00V${'a'.repeat(2e6)}\nq\x01X\x06\0\0\0latin1q\x02${'h\x00h\x01h\x02\x86R'.repeat(100_000)}.`,
    ],
    [
      'a shape of 300 000 sides, given to 50 000 arrays',
      `cnumpy.core.multiarray\n_reconstruct\nq\x00(${'K\x01'.repeat(300_000)}tq\x01cnumpy\ndtype\n(X\x02\0\0\0f4tRq\x02${'h\x00)R(K\x01h\x01h\x02\x89C\x04abcdtb'.repeat(50_000)}.`,
    ],
  ])('%s', (_, pickle) => {
    expect(() => open(`\x80\x02${pickle}`)).toThrow('expected at most 67108864 bytes given to calls, got more');
  });

  test('a pickle that unpacks to more than it may', () => {
    const bomb = zipSync({ 'a/data.pkl': new Uint8Array(65 * 2 ** 20) }, { level: 9 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => open(bomb)).toThrow('data.pkl: expected at most 67108864 bytes, got 68157440');
  });

  test('an entry that unpacks to more than it declares', () => {
    const honest = zipSync({ 'a/data.pkl': new Uint8Array(2 ** 20) }, { level: 9 });
    const lying = patched(honest, '\0\0\x10\0', '\x10\0\0\0'); // the size in the directory: 16 for 1 MiB
    expect(() => open(lying)).toThrow('data.pkl: expected 16 bytes unpacked, got another number');
  });

  test('an entry that declares more than deflate can hold', () => {
    const honest = zipSync({ 'a/data.pkl': new Uint8Array(2 ** 20) }, { level: 9 });
    const lying = patched(honest, '\0\0\x10\0', '\0\0\0\x10');
    expect(() => open(lying)).toThrow(/expected at most 1032 times \d+ bytes unpacked, got 268435456/);
  });

  test('one number, shown as four billion by a stride of 0', () => {
    const pickle = tensorPickle({ count: 'K\x01', size: 'J\0\0\x01\0J\0\0\x01\0', stride: 'K\0K\0' });
    expect(() => open(torchZip(pickle, { 'data/0': new Uint8Array(4) }))).toThrow(
      'w: expected at most 536870912 elements',
    );
  });
});

describe('tensors that are not there', () => {
  const whole = { count: 'K\x04', size: 'K\x02K\x02', stride: 'K\x02K\x01' };

  test('the zip of these tests is one that opens', () => {
    const data = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
    expect(open(torchZip(tensorPickle(whole), { 'data/0': data })).read('w')).toEqual({
      shape: [2, 2],
      values: Float32Array.of(1, 2, 3, 4),
    });
    expect(open(torchZip(tensorPickle(whole), { 'data/0': data }, 9)).read('w')!.values[3]).toBe(4);
  });

  test.each([
    ['no storage', whole, {}, 'w: expected an entry data/0, got none'],
    ['half a storage', whole, { 'data/0': new Uint8Array(8) }, 'w: expected 16 bytes at 0, got 8 fewer'],
    [
      'a view beyond its storage',
      { ...whole, offset: 'K\x01' },
      { 'data/0': new Uint8Array(16) },
      'w: expected [2,2] within 4 elements of storage, got 5',
    ],
    [
      'a negative stride',
      { ...whole, stride: 'J\xff\xff\xff\xffK\x01' },
      { 'data/0': new Uint8Array(16) },
      'w: expected sizes, strides and an offset, got [2,2], [-1,1] and 0',
    ],
    [
      'a big-endian file',
      whole,
      { 'data/0': new Uint8Array(16), byteorder: latin1('big') },
      'byte order little, got "big"',
    ],
    ['a program', whole, { 'constants.pkl': latin1('\x80\x02).') }, 'expected a checkpoint, got a TorchScript program'],
  ])('%s', (_, spec, entries, message) => {
    expect(() => open(torchZip(tensorPickle(spec), entries as Record<string, Uint8Array>))).toThrow(message);
  });

  test('a big-endian file of the older format', () => {
    const file = patched(fixture('torch-legacy.pth'), 'little_endianq\x02\x88', 'little_endianq\x02\x89');
    expect(() => open(file)).toThrow('expected a little-endian file, got a big-endian one');
  });

  test('all that is wrong is listed', () => {
    const file = patched(fixture('torch-zip.pth'), 'data/1PK', 'data/xPK');
    expect(() => open(file)).toThrow(/half: expected an entry data\/1, got none/);
  });

  test.each([
    ['no tensors', '\x80\x02}X\x01\0\0\0aK\x01s.', 'expected a dict of tensors, or one under state_dict, model'],
    ['an empty file', '', 'expected a checkpoint, got an empty file'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', 'a Git LFS pointer'],
    ['a web page', '<!DOCTYPE html><html>', 'a page of HTML or XML'],
    ['an HDF5 file', '\x89HDF\r\n\x1a\n', 'an HDF5 file'],
    ['a picture', '\x89PNG\r\n\x1a\n', 'got bytes 89 50 4e 47 0d 0a 1a 0a'],
    ['a zip of something else', zipSync({ 'readme.txt': latin1('hello') }), 'with data.pkl, got readme.txt'],
  ])('%s is refused', (_, content, message) => {
    expect(() => open(content)).toThrow(message);
  });
});

describe('TensorFlow checkpoints', () => {
  const index = fixture('tensorflow.index');
  const data = fixture('tensorflow.data-00000-of-00001');

  test('half the data: every tensor that is cut is named', async () => {
    const failed = bundle(index, data.subarray(0, 60)); // float has 48, half 4; the rest follows
    const cut = (key: string, end: number) =>
      `encoder/${key}/.ATTRIBUTES/VARIABLE_VALUE: expected ${end} bytes of data`;
    await expect(failed).rejects.toThrow(cut('double', 68));
    await expect(failed).rejects.toThrow(cut('scalar', 80));
    await expect(failed).rejects.toThrow(cut('bfloat', 104));
  });

  test('shards that are absent are named, all of them', async () => {
    await expect(bundle(fixture('tensorflow-shards.index'), null, null)).rejects.toThrow(
      'expected the shards .data-00000-of-00002, .data-00001-of-00002, got none',
    );
  });

  test('damaged data show when they are read', async () => {
    const damaged = data.slice();
    for (let i = 0; i < damaged.length; i++) damaged[i] ^= 1;
    const checkpoint = await bundle(index, damaged);
    expect(() => checkpoint.read('encoder/float/.ATTRIBUTES/VARIABLE_VALUE')).toThrow(
      'expected its checksum, got another',
    );
  });

  test('any damage of the index shows at once', async () => {
    for (let at = 0; at < index.length - 48; at++) {
      const damaged = index.slice();
      damaged[at] ^= 0x10;
      const before = await bundle(index, data);
      const opened = await bundle(damaged, data).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened).toBeInstanceOf(FormatError);
      else expect([...(opened as ParamSource).keys()]).toEqual([...before.keys()]); // a block nobody needs
    }
  });

  test('an index alone is told from a checkpoint of one file', () => {
    expect(() => openCheckpoint(bytesOf('model.index', index))).toThrow('got the index of a TensorFlow checkpoint');
  });
});

describe.each([
  'torch-zip.pth',
  'torch-legacy.pth',
  'numpy-protocol-2.pkl',
  'numpy-protocol-5.pkl',
  'numpy-python-2.pkl',
])('%s', (name) => {
  const whole = fixture(name);

  test('cut anywhere: a FormatError or nothing lost', () => {
    const step = Math.ceil(whole.length / 300);
    for (let length = 0; length < whole.length; length += step) expectFormatErrorAtMost(whole.slice(0, length));
  });

  test('with any byte changed: a FormatError at most', () => {
    const random = seededRandom(2026);
    for (let i = 0; i < 700; i++) {
      const changed = whole.slice();
      changed[Math.floor(random() * Math.min(whole.length, 4000))] = Math.floor(random() * 256);
      expectFormatErrorAtMost(changed);
    }
  });
});

function expectFormatErrorAtMost(bytes: Uint8Array): void {
  try {
    const checkpoint = open(bytes);
    for (const key of checkpoint.keys()) checkpoint.read(key);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}
