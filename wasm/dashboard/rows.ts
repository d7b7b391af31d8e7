// Draws a list whose rows go with what they show. Lit's own `repeat` leaves a node behind for each row that goes.

import { noChange, type TemplateResult } from 'lit';
import { Directive, directive, PartType, type ChildPart, type PartInfo } from 'lit/directive.js';
import { insertPart, removePart, setChildPartValue, setCommittedValue } from 'lit/directive-helpers.js';

class Rows extends Directive {
  #parts = new Map<unknown, ChildPart>();

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.CHILD) throw new Error('rows() draws what is within an element');
  }

  override render<Item>(_items: readonly Item[], _key: (item: Item) => unknown, _draw: (item: Item) => TemplateResult): unknown {
    return noChange;
  }

  override update<Item>(container: ChildPart, [items, keyOf, draw]: Parameters<typeof this.render<Item>>): unknown {
    const before = this.#parts;
    const keys = new Set(items.map(keyOf));
    for (const [key, part] of before) {
      if (keys.has(key)) continue;
      const { endNode } = part;
      removePart(part);
      (endNode as ChildNode | null)?.remove();
      before.delete(key);
    }
    const parts = (this.#parts = new Map<unknown, ChildPart>());
    let next: ChildPart | undefined;
    // From the last on: what stays where it is is not touched, and keeps the focus.
    for (let at = items.length - 1; at >= 0; --at) {
      const item = items[at]!;
      const key = keyOf(item);
      if (parts.has(key)) continue;
      const known = before.get(key);
      const isInPlace = known?.endNode?.nextSibling === (next?.startNode ?? container.endNode);
      const part = known && isInPlace ? known : insertPart(container, next, known);
      parts.set(key, part);
      next = setChildPartValue(part, draw(item));
    }
    setCommittedValue(container, [...parts.values()]);
    return noChange;
  }
}

/** One row for each item. Items of one key are one: the last counts. */
export const rows = directive(Rows) as <Item>(items: readonly Item[], key: (item: Item) => unknown, draw: (item: Item) => TemplateResult) => unknown;
