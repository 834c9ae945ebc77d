import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@seg/checkpoint/node';
import { maskedCrc32c } from '@seg/checkpoint/safetensors';

/** Tag of a protocol buffer's field: its number, and 0 for a varint, 1 for eight bytes, 2 for a length and bytes, 5 for four. */
const tag = (field: number, wire: 0 | 1 | 2 | 5): number => (field << 3) | wire;

/**
 * Writes numbers for TensorBoard: a file of records (length, checksum, event, checksum), each event a protocol buffer of
 * tensorflow/core/util/event.proto. Numbers are appended as they come; a training that goes on starts a file of its own.
 *
 * @param folder Of the run; TensorBoard's `--logdir`
 * @param now Seconds since 1970, in the name and the first event
 */
export async function eventFile(folder: string, now = Date.now() / 1000) {
  await makeFolder(folder);
  const file = path.join(folder, `events.out.tfevents.${Math.floor(now)}.seg`);
  await appendFile(file, record(event(now, 0, lengthOf(3, new TextEncoder().encode('brain.Event:2')))));
  return {
    file,
    /** Appends numbers of a step by name; those that are not finite are left out. */
    async add(step: number, numbers: Readonly<Record<string, number>>, time = Date.now() / 1000): Promise<void> {
      const values = Object.entries(numbers).filter(([, value]) => Number.isFinite(value));
      if (values.length === 0) return;
      const summary = concatenated(values.map(([name, value]) => lengthOf(1, scalar(name, value))));
      await appendFile(file, record(event(time, step, lengthOf(5, summary))));
    },
  };
}

function event(time: number, step: number, what: Uint8Array): Uint8Array {
  const seconds = new Uint8Array(9);
  seconds[0] = tag(1, 1);
  new DataView(seconds.buffer).setFloat64(1, time, true);
  return concatenated([seconds, Uint8Array.of(tag(2, 0), ...varint(step)), what]);
}

function scalar(name: string, value: number): Uint8Array {
  const number = new Uint8Array(5);
  number[0] = tag(2, 5);
  new DataView(number.buffer).setFloat32(1, value, true);
  return concatenated([lengthOf(1, new TextEncoder().encode(name)), number]);
}

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return concatenated([length, checksum(length), data, checksum(data)]);
}

function checksum(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, maskedCrc32c(bytes), true);
  return sum;
}

function lengthOf(field: number, bytes: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of(tag(field, 2), ...varint(bytes.length)), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
