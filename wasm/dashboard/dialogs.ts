// The dialogs: a notifier's form, a question before it is removed, a test message.

import type { Delivery, Notifier, NotifierDraft } from 'notifier-wasm';
import { html, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import type { NotifierEditor } from './editor.js';
import type { AskDigest } from './held_back.js';
import { short, type Words } from './strings.js';
import type { Workshop } from './workshop.js';

export type Dialog =
  | { kind: 'edit'; notifier: Notifier | undefined; back: () => void }
  | { kind: 'remove'; notifier: Notifier; position: number; back: () => void }
  | { kind: 'test'; notifier: Notifier; delivery: Delivery; back: () => void };

export interface DialogActions {
  /** Asks a server about a notifier's digest; undefined where there is none. */
  digest(notifier: Notifier): AskDigest | undefined;
  close(): void;
  save(draft: NotifierDraft): Promise<void>;
  remove(notifier: Notifier, position: number): void;
}

export function drawDialog(dialog: Dialog, words: Words, app: string, workshop: Workshop | undefined, past: readonly PastEvent[], actions: DialogActions): TemplateResult {
  const name = short(dialog.notifier?.name ?? '');
  const close = () => actions.close();
  const onCancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  switch (dialog.kind) {
    case 'edit': {
      const leave = (event: Event) => {
        event.preventDefault();
        if ((event.currentTarget as HTMLElement).querySelector<NotifierEditor>('notifier-dashboard-editor')?.leave?.() !== false) close();
      };
      // Browsers let a page hold a dialog back once, and close it at the next Escape: the key is taken before it comes to that.
      const onKey = (event: KeyboardEvent) => event.key === 'Escape' && !event.isComposing && leave(event);
      return html`<dialog aria-labelledby="dialog-title" @keydown=${onKey} @cancel=${leave} @close=${close}><div class="box">
        <h2 id="dialog-title">${dialog.notifier ? words.say('editTitle', { name }) : words.say('addTitle')}</h2>
        <notifier-dashboard-editor .words=${words} .workshop=${workshop} .notifier=${dialog.notifier} .past=${past} .save=${actions.save} .digest=${dialog.notifier && actions.digest(dialog.notifier)} @editor-cancel=${close}></notifier-dashboard-editor>
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
