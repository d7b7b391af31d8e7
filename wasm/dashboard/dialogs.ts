// The dialogs: a notifier at a glance, its form, a question before it is removed, a test message, several at once.

import type { Delivery, Notifier, NotifierDraft } from 'notifier-wasm';
import { html, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import type { BulkDone } from './bulk.js';
import type { NotifierEditor } from './editor.js';
import './glance_words.js';
import type { AskDigest } from './held_back.js';
import type { Session } from './session.js';
import { short, type Words } from './strings.js';
import type { Workshop } from './workshop.js';

export type Dialog =
  | { kind: 'glance'; notifier: Notifier; back: () => void }
  /** Of a new one, `copy` is what it starts with. */
  | { kind: 'edit'; notifier: Notifier | undefined; copy?: Notifier; back: () => void }
  | { kind: 'bulk'; notifiers: readonly Notifier[]; back: () => void }
  | { kind: 'remove'; notifier: Notifier; position: number; back: () => void }
  | { kind: 'test'; notifier: Notifier; delivery: Delivery; back: () => void };

export interface DialogActions {
  /** Asks a server about a notifier's digest; undefined where there is none. */
  digest(notifier: Notifier): AskDigest | undefined;
  close(): void;
  save(draft: NotifierDraft): Promise<void>;
  remove(notifier: Notifier, position: number): void;
  session(): Session;
  open(dialog: Dialog): void;
  /** Leaves for a place in the history. */
  go(place: string): void;
  updated(notifier: Notifier): void;
  /** Closes, and says what was done. */
  done(done: BulkDone): void;
}

export function drawDialog(dialog: Dialog, words: Words, app: string, workshop: Workshop | undefined, past: readonly PastEvent[], version: number, actions: DialogActions): TemplateResult {
  const name = short(('notifier' in dialog && dialog.notifier?.name) || '');
  const close = () => actions.close();
  const onCancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  switch (dialog.kind) {
    case 'glance': {
      const { notifier: { id }, back } = dialog;
      const session = actions.session();
      // As it is now: it may change meanwhile.
      const notifier = session.notifiers?.find((one) => one.id === id) ?? dialog.notifier;
      const act = ({ detail }: CustomEvent<'edit' | 'duplicate'>) => actions.open(detail === 'edit' ? { kind: 'edit', notifier, back } : { kind: 'edit', notifier: undefined, copy: notifier, back });
      return html`<dialog class="slim wide" aria-labelledby="dialog-title" @cancel=${onCancel} @close=${close}><div class="box">
        <div class="bar head"><h2 id="dialog-title" dir="auto">${name}</h2><button type="button" class="button small" id="close" autofocus @click=${close}>${words.say('close')}</button></div>
        <notifier-dashboard-glance .words=${words} .notifier=${notifier} .session=${session} .version=${version} .digest=${actions.digest(dialog.notifier)}
          @glance-go=${({ detail }: CustomEvent<string>) => actions.go(detail)} @glance-do=${act} @glance-updated=${({ detail }: CustomEvent<Notifier>) => actions.updated(detail)}></notifier-dashboard-glance></div></dialog>`;
    }
    case 'bulk':
      return html`<dialog class="slim wide" aria-labelledby="dialog-title" @cancel=${onCancel} @close=${close}><div class="box">
        <div class="bar head"><h2 id="dialog-title">${words.say('bulkTitle', { count: dialog.notifiers.length })}</h2><button type="button" class="button small" id="close" autofocus @click=${close}>${words.say('close')}</button></div>
        <notifier-dashboard-bulk .words=${words} .notifiers=${dialog.notifiers} .session=${actions.session()} .app=${app} @bulk-done=${({ detail }: CustomEvent<BulkDone>) => actions.done(detail)}></notifier-dashboard-bulk></div></dialog>`;
    case 'edit': {
      const leave = (event: Event) => {
        event.preventDefault();
        if ((event.currentTarget as HTMLElement).querySelector<NotifierEditor>('notifier-dashboard-editor')?.leave?.() !== false) close();
      };
      // Browsers let a page hold a dialog back once, and close it at the next Escape: the key is taken before it comes to that.
      const onKey = (event: KeyboardEvent) => event.key === 'Escape' && !event.isComposing && leave(event);
      return html`<dialog aria-labelledby="dialog-title" @keydown=${onKey} @cancel=${leave} @close=${close}><div class="box">
        <h2 id="dialog-title">${dialog.notifier ? words.say('editTitle', { name }) : words.say('addTitle')}</h2>
        <notifier-dashboard-editor .words=${words} .workshop=${workshop} .notifier=${dialog.notifier} .copy=${dialog.copy} .past=${past} .save=${actions.save} .digest=${dialog.notifier && actions.digest(dialog.notifier)} @editor-cancel=${close}></notifier-dashboard-editor>
      </div></dialog>`;
    }
    case 'remove':
      return html`<dialog class="slim" role="alertdialog" aria-labelledby="dialog-title" aria-describedby="dialog-text" @cancel=${onCancel} @close=${close}><div class="box">
        <h2 id="dialog-title">${words.say('removeTitle', { name })}</h2>
        <p id="dialog-text">${words.say('removeText', { app })}</p>
        <div class="bar end">
          <button type="button" class="button" autofocus @click=${close}>${words.say('cancel')}</button>
          <button type="button" class="button primary danger" id="confirm" @click=${() => actions.remove(dialog.notifier, dialog.position)}>${words.say('remove')}</button>
        </div></div></dialog>`;
    case 'test':
      return html`<dialog class="slim wide" aria-labelledby="dialog-title" @cancel=${onCancel} @close=${close}><div class="box">
        <h2 id="dialog-title">${words.say('testTitle', { name })}</h2>
        <p class="quiet">${words.say('testHint')}</p>
        <notifier-dashboard-payload .words=${words} .delivery=${dialog.delivery}></notifier-dashboard-payload>
        <div class="bar end"><button type="button" class="button" autofocus @click=${close}>${words.say('close')}</button></div></div></dialog>`;
  }
}
