import { expect, it } from 'vitest';

import { utf8Text } from './utf8-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it('is the text, without a byte order mark', () => {
  expect(utf8Text('a.txt', bytes('\ufeffcafé \ufffd'))).toBe('café \ufffd');
  expect(utf8Text('a.txt', new Uint8Array())).toBe('');
});

it.each([
  ['Latin-1', Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'byte e9 at 3'],
  ['a character cut off', bytes('café').subarray(0, 4), 'byte c3 at 3'],
  ['behind a question mark that is one', Uint8Array.of(...bytes('ü\ufffd\ufffd'), 0xff), 'byte ff at 8'],
  ['half of a pair', Uint8Array.of(0xed, 0xa0, 0x80), 'byte ed at 0'],
  ['behind a byte order mark', Uint8Array.of(...bytes('\ufeffa'), 0x80), 'byte 80 at 4'],
])('refuses %s', (_, file, fault) => {
  expect(() => utf8Text('a.txt', file)).toThrow(`a.txt: expected text, got ${fault}, which is no UTF-8`);
});

it('refuses UTF-16', () => {
  expect(() => utf8Text('a.json', Uint8Array.of(0xff, 0xfe, 0x7b, 0), 'JSON')).toThrow(
    'a.json: expected JSON, got UTF-16 in place of UTF-8',
  );
});
