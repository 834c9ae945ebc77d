// Small helpers over the document.

export const element = (id) => document.getElementById(id);

/** Shows a message where a screen reader hears it; an error in its color. */
export function say(id, message, isBad = false) {
  const place = element(id);
  place.textContent = message;
  place.classList.toggle('bad', isBad);
}

/** Says what went wrong; what was cancelled is no fault. */
export function sayError(id, error) {
  if (error.name === 'AbortError') say(id, 'Cancelled.');
  else say(id, error.message || error.name, true);
}

/** Runs work and says what goes wrong. */
export async function attempt(id, work) {
  try {
    return await work();
  } catch (error) {
    sayError(id, error);
    return undefined;
  }
}

/** Offers bytes or text as a file. */
export function download(name, content, type = 'application/octet-stream') {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A number with its noun. */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;

export function kB(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** Tabs by the pattern of WAI-ARIA: arrows move, one of them is in the order of the Tab key. */
export function connectTabs() {
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const choose = (tab) => {
    for (const one of tabs) {
      const isChosen = one === tab;
      one.setAttribute('aria-selected', String(isChosen));
      one.tabIndex = isChosen ? 0 : -1;
      element(one.getAttribute('aria-controls')).hidden = !isChosen;
    }
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (by === undefined) return;
      const next = tabs[(i + by + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  }
  return (id) => choose(element(id));
}
