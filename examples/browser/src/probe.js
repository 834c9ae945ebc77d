// Everything that checks.mjs asks of the packages in a page, as `window.seg`.
import * as browser from '@seg/browser';
import { useBackend } from '@seg/core';
import * as models from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

window.seg = { ...browser, ...models, useBackend, tf };

/** Longest time between two turns of the page's event loop since the watch began, in milliseconds. */
window.watchTasks = () => {
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  return { longest: () => Math.max(0, ...tasks, ...observer.takeRecords().map(({ duration }) => duration)) };
};

/** The noise in which the model of the examples finds a few of its shapes. */
window.noise = (width, height) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251),
});
