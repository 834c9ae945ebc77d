// A summary is a noun phrase of a type or a verb of a function, not a question.
import { summaries } from './sources.mjs';

/** Summaries that begin with a question word. */
export function questionSummaries(sources) {
  return sources.flatMap((source) =>
    summaries(source)
      .filter((text) => /^(What|Which|Whose|How|Where|Who|Whether)\b/.test(text))
      .map((text) => `${source.file}: expected a noun or a verb first, got "${text.split('\n')[0].slice(0, 60)}"`),
  );
}
