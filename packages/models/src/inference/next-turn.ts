/**
 * Lets the event loop turn once: awaited results of computations end in microtasks, between which no timer and no request is
 * served. A message takes a page less time than a timer, which it holds for 4 ms (HTML, "timer initialization steps").
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(() => setTimeout(resolve, 0)); // timers first: several immediates share one turn
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
