// A filter by itself, without notifiers.

import { NotifierError } from './error.js';
import { Answer, nobody, type Instance } from './instance.js';
import { forget, forgotten } from './release.js';
import { toJson } from './input.js';
import type { EventInput, Filter } from './types.js';

/**
 * A pattern over events, compiled: what a notifier's `filter` is. Holds memory until `dispose()`; one that was forgotten is cleaned up when it is
 * collected.
 */
export class CompiledFilter {
  readonly #instance: Instance;
  #handle = 0;

  /** @internal */
  constructor(instance: Instance, filter: Filter | string) {
    this.#instance = instance;
    const json = toJson(filter);
    instance.call(nobody, () => {
      const size = instance.put(json);
      instance.check(instance.exports.notifier_filter_new(instance.input, size));
      this.#handle = Number(instance.answerText());
    });
    ++instance.users;
    forgotten?.register(this, [instance, 'notifier_filter_delete', this.#handle], this);
  }

  /** Whether an event is as the filter wants it. @throws {NotifierError} `invalid_json`, `too_large`, `too_deep` */
  matches(event: EventInput): boolean {
    return this.#judge(event, 0).matches;
  }

  /**
   * Why an event does not match, as "type_data.status is 'success'; the filter wants 'build-error'"; undefined where it matches. No value of a
   * field whose name is that of a secret is in it.
   */
  explain(event: EventInput): string | undefined {
    const { matches, text } = this.#judge(event, 1);
    return matches ? undefined : text;
  }

  /** Frees the filter's memory. Further calls throw; calling it again does nothing. */
  dispose(): void {
    if (this.#handle === 0) return;
    forget(this, this.#instance, 'notifier_filter_delete', this.#handle);
    this.#handle = 0;
  }

  declare [Symbol.dispose]: () => void;
  static {
    if (Symbol.dispose) this.prototype[Symbol.dispose] = this.prototype.dispose;
  }

  #judge(event: EventInput, explain: number): { matches: boolean; text: string } {
    if (this.#handle === 0) throw new NotifierError('disposed', 'the filter was disposed of');
    const json = toJson(event);
    const instance = this.#instance;
    return instance.call(nobody, () => {
      const size = instance.put(json);
      instance.check(instance.exports.notifier_filter_judge(this.#handle, instance.input, size, explain));
      return { matches: instance.words[instance.answer + Answer.Count] === 1, text: explain ? instance.answerText() : '' };
    });
  }
}
