import { expect, test } from 'vitest';

import { allowsRedirect } from './redirects.ts';

const allows = (from: string, to: string) => allowsRedirect(new URL(from), new URL(to));

test.each(['https://cdn.example.org/x', 'https://8.8.8.8/x', 'https://hub.example/y', 'https://172.32.0.1/'])(
  'from a public host to %s',
  (to) => {
    expect(allows('https://hub.example/x', to)).toBe(true);
  },
);

test.each([
  'http://cdn.example.org/x', // from https to http
  'file:///etc/passwd',
  'data:application/json,{}',
  'https://127.0.0.1/',
  'https://2130706433/', // 127.0.0.1 as one number
  'https://0x7f.1/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://localhost/',
  'https://metadata.google.internal/',
  'https://printer.local./',
  'https://intranet/',
])('not from a public host to %s', (to) => {
  expect(allows('https://hub.example/x', to)).toBe(false);
});

test('the same host may be private', () => {
  expect(allows('http://127.0.0.1:80/a', 'http://127.0.0.1:8080/b')).toBe(true);
  expect(allows('http://127.0.0.1/a', 'http://127.0.0.2/b')).toBe(false);
});
