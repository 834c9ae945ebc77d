import { expect, test } from 'vitest';

import { Progress } from './progress.ts';

test('progress rewrites its line on a terminal and adds lines to a log', () => {
  const [terminal, log]: [string[], string[]] = [[], []];
  const onTerminal = new Progress({ isTTY: true, write: (text) => terminal.push(text) });
  onTerminal.show(1, 2, 'a.jpg');
  onTerminal.clear();
  new Progress({ write: (text) => log.push(text) }).show(1, 2, 'a.jpg');
  expect(terminal).toEqual(['\r\x1b[2K[##########..........] 1/2 a.jpg', '\r\x1b[2K']);
  expect(log).toEqual(['[1/2] a.jpg\n']);
});
