// The page's side of draw-worker.js: one drawing at a time, the newest wish next.

const worker = new Worker(new URL('./draw-worker.js', import.meta.url), { type: 'module' });
let wish = null;
let isBusy = false;
let isOfOther = false; // what comes next is of the picture before
let show = () => {};

worker.addEventListener('message', ({ data: image }) => {
  if (!isOfOther) show(image);
  image.close();
  isBusy = isOfOther = false;
  if (wish !== null) drawNext();
});

/** Where drawings go: a function that takes a bitmap. */
export function onDrawn(listen) {
  show = listen;
}

/** Gives the worker its own copy of a picture, without segments yet. */
export function setPicture(picture) {
  isOfOther = isBusy;
  worker.postMessage({ picture, map: null });
}

export function setMap(map, categories) {
  worker.postMessage({ map, categories });
}

/** @param options Of `drawOnCanvas` */
export function drawSoon(options) {
  wish = options;
  if (!isBusy) drawNext();
}

function drawNext() {
  isBusy = true;
  worker.postMessage({ draw: wish });
  wish = null;
}
