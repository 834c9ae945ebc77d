import { expect, test } from 'vitest';

import { DownloadLines } from './download-progress.ts';

test('a log gets a line at every tenth of a large file, a terminal one line in place', () => {
  const [log, terminal]: [string[], string[]] = [[], []];
  const inLog = new DownloadLines({ write: (text) => log.push(text) });
  const onTerminal = new DownloadLines({ isTTY: true, write: (text) => terminal.push(text) });
  for (let loaded = 0; loaded <= 200e6; loaded += 0.5e6) {
    for (const lines of [inLog, onTerminal]) lines.show({ file: 'model.safetensors', loaded, total: 200e6 });
  }
  inLog.show({ file: 'config.json', loaded: 900, total: 900 });
  expect(log.length).toBe(11);
  expect(log[1]).toBe('model.safetensors  20.0 of 200.0 MB  10%\n');
  expect(terminal.length).toBe(101);
  expect(terminal[100]).toBe('\r\x1b[2Kmodel.safetensors  200.0 of 200.0 MB  100%');
});

test('a file of unknown size is told in steps of 10 MB, and its name cannot steer the terminal', () => {
  const log: string[] = [];
  const lines = new DownloadLines({ write: (text) => log.push(text) });
  for (const loaded of [2e6, 3e6, 12e6]) lines.show({ file: 'a\x1b[2J', loaded, total: null });
  expect(log).toEqual(['a\\x1b[2J  2.0 MB\n', 'a\\x1b[2J  12.0 MB\n']);
});
