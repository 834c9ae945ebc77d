import type { StoredValue } from '@seg/checkpoint';
import { zipSync } from 'fflate';

export type Tensors = Map<string, StoredValue>;

/** A file as torch.save writes it: `{ state_dict: tensors, meta: {} }`, a storage for each tensor. */
export function torchFile(tensors: Tensors, replaced: Record<string, Uint8Array> = {}, level: 0 | 9 = 0): Uint8Array {
  const storages = [...tensors.values()].map(({ values }, i) => {
    return [`a/data/${i}`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)] as const;
  });
  const replacing = Object.entries(replaced).map(([name, bytes]) => [`a/${name}`, new Uint8Array(bytes)] as const);
  const entries = [['a/data.pkl', Buffer.from(torchPickle(tensors), 'latin1')] as const, ...storages, ...replacing];
  return zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>, { level });
}

/** In protocol 2, one character for each byte. */
function torchPickle(tensors: Tensors): string {
  const items = [...tensors].map(([key, value], i) => `${text(key)}${tensor(value, i)}`).join('');
  return `\x80\x02}(${text('meta')}}${text('state_dict')}ccollections\nOrderedDict\n)R(${items}uu.`;
}

function tensor({ shape, values }: StoredValue, index: number): string {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(String(index))}${text('cpu')}${int(values.length)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\x00${ints(shape)}${ints(strides)}\x89NtR`;
}

function text(value: string): string {
  return `X${uint32(value.length)}${value}`;
}

function ints(values: readonly number[]): string {
  return `(${values.map(int).join('')}t`;
}

function int(value: number): string {
  return `J${uint32(value)}`;
}

function uint32(value: number): string {
  return String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer));
}
