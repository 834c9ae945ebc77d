/** Watch over a server that may fall silent. */
export type Watch = {
  /** Aborts after too long a silence, or with the caller's signal. */
  signal: AbortSignal;
  /** Begins the silence anew: something has come. */
  heard(): void;
  stop(): void;
};

/** Starts a watch. @param timeout Longest silence in milliseconds */
export function watchSilence(timeout: number, signal: AbortSignal | undefined): Watch {
  const silent = new AbortController();
  const expire = () => silent.abort(new Error(`nothing for ${timeout / 1000} s`));
  let timer = setTimeout(expire, timeout);
  return {
    signal: signal ? AbortSignal.any([signal, silent.signal]) : silent.signal,
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(expire, timeout);
    },
    stop: () => clearTimeout(timer),
  };
}
